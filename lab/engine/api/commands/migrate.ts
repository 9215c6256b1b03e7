import { switchVm } from '../../../ovirt/engine-vm.ts';
import { guests, switchGuest } from '../../../ovirt/guests.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import type { Need } from '../database/placement.ts';
import { engineHost, engineVm, needOf, schedule } from '../database/placement.ts';
import type { VmRow } from '../database/vms.ts';
import { memoryOf } from '../database/vms.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';

/** Bytes that a migration copies in a virtual second, over a network of 1 Gbit/s. */
const PER_SECOND = 700 * 1024 ** 2;

/** A VM on the move: the engine's own, or a managed one. */
export interface Mover {
  readonly id: string;
  readonly name: string;
  readonly memory: number;
  readonly need: Need;
  readonly from: HostRow;
  /** The id of the host that it is on its way to. */
  migratingTo(): string | undefined;
  /** True while there is something to move. */
  runs(): boolean;
  mark(to: HostRow | undefined): void;
  arrive(to: HostRow): void;
}

export function engineMover(call: Call): Mover | undefined {
  const { lab, db } = call;
  const from = engineHost(lab, db);
  if (!from) return undefined;
  const memory = db.image.memoryMb * 1024 ** 2;
  return {
    ...engineVm(db, lab),
    memory,
    need: { memory, hostedEngine: true, clusterId: db.engineClusterId },
    from,
    migratingTo: () => db.engineVmMigratingTo,
    runs: () => engineHost(lab, db) === from,
    mark: (to) => {
      db.engineVmMigratingTo = to?.id;
    },
    arrive: (to) => {
      const [source, target] = [machineAt(lab, from.address), machineAt(lab, to.address)];
      if (source && target) switchVm(source, target);
    },
  };
}

export function vmMover(call: Call, vm: VmRow): Mover | undefined {
  const { lab, db } = call;
  const from = vm.hostId === undefined ? undefined : db.hosts.get(vm.hostId);
  if (!from) return undefined;
  return {
    id: vm.id,
    name: vm.name,
    memory: memoryOf(vm),
    need: needOf(db, vm),
    from,
    migratingTo: () => vm.migratingTo,
    runs: () => {
      const machine = machineAt(lab, from.address);
      return machine !== undefined && guests(machine).has(vm.id);
    },
    mark: (to) => {
      vm.migratingTo = to?.id;
    },
    arrive: (to) => {
      const [source, target] = [machineAt(lab, from.address), machineAt(lab, to.address)];
      if (source && target) switchGuest(source, target, vm.id);
      vm.hostId = to.id;
    },
  };
}

/** Where a VM may go: to the wanted host, or to the best of the others. */
function destination(db: EngineDatabase, call: Call, mover: Mover, wanted: HostRow | undefined): HostRow {
  const found = schedule(
    call.lab,
    db,
    mover.need,
    (row) => row !== mover.from && (wanted === undefined || row === wanted),
  );
  if ('host' in found) return found.host;
  if (found.reasons.length === 0) {
    throw refused(400, 'There are no hosts to use. Check that the cluster contains at least one host in Up state.');
  }
  throw refused(
    409,
    'Cannot migrate VM. There is no host that satisfies current scheduling constraints. See below for details:',
    ...found.reasons,
  );
}

const span = (seconds: number): string => `${Math.round(seconds)} seconds`;

/** Moves a running VM to another host behind the answer; it stays where it is when the other host goes away. */
export function migrate(call: Call, mover: Mover, wanted: HostRow | undefined, bySystem?: string): Job {
  const { lab, db, run, correlationId } = call;
  if (mover.migratingTo() !== undefined) throw refused(409, 'Cannot migrate VM. VM migration is in progress');
  if (wanted === mover.from) throw refused(409, 'Cannot migrate VM. source and destination is the same.');
  const to = destination(db, call, mover, wanted);
  const user = userName(call.user);
  const vm = { id: mover.id, name: mover.name };
  const job = startJob(lab, db, {
    description: wanted ? `Migrating VM ${mover.name} to Host ${to.name}` : `Migrating VM ${mover.name}`,
    correlationId,
  });
  mover.mark(to);
  const route = `VM: ${mover.name}, Source: ${mover.from.name}, Destination: ${to.name}`;
  tell(lab, db, {
    code: bySystem ? 67 : 62,
    vm,
    host: mover.from,
    correlationId,
    user,
    text: bySystem
      ? `Migration initiated by system (${route}, Reason: ${bySystem}).`
      : `Migration started (${route}, User: ${user}). `,
  });
  lab.changed(`VM ${mover.name} migrates`);
  const seconds = 4 + mover.memory / PER_SECOND;
  // VDSM carries it out: it comes to its end whatever becomes of the engine, of which a new one tells nothing then.
  lab.clock.after(seconds, () => {
    const inform = run.ended ? () => undefined : (told: Parameters<typeof tell>[2]) => tell(lab, db, told);
    const close = (how: 'finished' | 'failed') => (run.ended ? undefined : endJob(lab, job, how));
    // Someone cancelled it.
    if (mover.migratingTo() !== to.id) return close('failed');
    mover.mark(undefined);
    const reachable = [mover.from, to].every((row) => vdsmAnswers(machineAt(lab, row.address)));
    if (!reachable || !mover.runs()) {
      inform({ ...failure(mover, wanted), vm, host: mover.from, correlationId, user });
      return close('failed');
    }
    mover.arrive(to);
    inform({
      code: 63,
      vm,
      host: mover.from,
      correlationId,
      user,
      text: `Migration completed (${route}, Duration: ${span(seconds)}, Total: ${span(seconds)}, Actual downtime: 84ms)`,
    });
    close('finished');
    lab.changed(`VM ${mover.name} migrated to ${to.name}`);
  });
  return job;
}

/** How a migration that came to nothing is told; the VM goes on running where it was. */
function failure(mover: Mover, wanted: HostRow | undefined): { code: number; text: string } {
  const [vm, from] = [mover.name, mover.from.name];
  if (mover.from.status === 'preparing_for_maintenance') {
    return {
      code: 1111,
      text: `Migration failed while Source Host is in 'preparing for maintenance' state.\n  Consider manual intervention: stopping/migrating Vms as Host's state will not\n  turn to maintenance while VMs are still running on it.(VM: ${vm}, Source: ${from}).`,
    };
  }
  if (!wanted) return { code: 65, text: `Migration failed (VM: ${vm}, Source: ${from}).` };
  return { code: 120, text: `Migration failed (VM: ${vm}, Source: ${from}, Destination: ${wanted.name}).` };
}

/** Ends a migration before its end; the VM stays where it is. */
export function cancelMigration(call: Call, mover: Mover): Job {
  const { lab, db, correlationId } = call;
  if (mover.migratingTo() === undefined) throw refused(409, 'Cannot cancel migration for non migrating VM.');
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Canceling migration of VM ${mover.name}`, correlationId });
  mover.mark(undefined);
  const text = `Migration cancelled (VM: ${mover.name}, Source: ${mover.from.name}, User: ${user}).`;
  tell(lab, db, { code: 161, vm: { id: mover.id, name: mover.name }, host: mover.from, correlationId, user, text });
  lab.changed(`migration of VM ${mover.name} cancelled`);
  endJob(lab, job, 'finished');
  return job;
}

/** Sends every VM of a host elsewhere; one that finds no place keeps the host from maintenance. */
export function evacuate(call: Call, row: HostRow): void {
  const { lab, db } = call;
  const movers = [...db.vms.values()].filter((vm) => vm.hostId === row.id).map((vm) => vmMover(call, vm));
  if (engineHost(lab, db) === row) movers.push(engineMover(call));
  for (const mover of movers) {
    if (!mover || mover.migratingTo() !== undefined) continue;
    try {
      migrate(call, mover, undefined, 'Host preparing for maintenance');
    } catch {
      tell(lab, db, {
        code: 166,
        vm: { id: mover.id, name: mover.name },
        host: row,
        correlationId: call.correlationId,
        text: `No available host was found to migrate VM ${mover.name} to.`,
      });
    }
  }
}
