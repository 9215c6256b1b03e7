import { switchVm } from '../../../ovirt/engine-vm.ts';
import { switchGuest } from '../../../ovirt/guests.ts';
import type { EngineDatabase, HostRow, VmRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { engineHost, engineVm, schedule } from '../database/placement.ts';
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
  readonly hostedEngine: boolean;
  readonly clusterId: string;
  readonly from: HostRow;
  readonly migratingTo: string | undefined;
  mark(to: HostRow | undefined): void;
  arrive(to: HostRow): void;
}

export function engineMover(call: Call): Mover | undefined {
  const { lab, db } = call;
  const from = engineHost(lab, db);
  if (!from) return undefined;
  return {
    ...engineVm(db, lab),
    memory: db.image.memoryMb * 1024 ** 2,
    hostedEngine: true,
    clusterId: db.engineClusterId,
    from,
    migratingTo: db.engineVmMigratingTo,
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
    memory: vm.memory,
    hostedEngine: false,
    clusterId: vm.clusterId,
    from,
    migratingTo: vm.migratingTo,
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
  const need = { memory: mover.memory, hostedEngine: mover.hostedEngine, clusterId: mover.clusterId };
  const found = schedule(call.lab, db, need, (row) => row !== mover.from && (wanted === undefined || row === wanted));
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
  if (mover.migratingTo !== undefined) throw refused(409, 'Cannot migrate VM. VM migration is in progress');
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
    code: 62,
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
  run.inBackground(async () => {
    await run.sleep(seconds);
    mover.mark(undefined);
    const reachable = [mover.from, to].every((row) => vdsmAnswers(machineAt(lab, row.address)));
    if (!reachable) {
      tell(lab, db, { code: 65, vm, host: mover.from, correlationId, user, text: `Migration failed (${route}).` });
      endJob(lab, job, 'failed');
      return;
    }
    mover.arrive(to);
    tell(lab, db, {
      code: 63,
      vm,
      host: mover.from,
      correlationId,
      user,
      text: `Migration completed (${route}, Duration: ${span(seconds)}, Total: ${span(seconds)}, Actual downtime: 84ms)`,
    });
    endJob(lab, job, 'finished');
    lab.changed(`VM ${mover.name} migrated to ${to.name}`);
  });
  return job;
}

/** Sends every VM of a host elsewhere; one that finds no place keeps the host from maintenance. */
export function evacuate(call: Call, row: HostRow): void {
  const { lab, db } = call;
  const movers = [...db.vms.values()].filter((vm) => vm.hostId === row.id).map((vm) => vmMover(call, vm));
  if (engineHost(lab, db) === row) movers.push(engineMover(call));
  for (const mover of movers) {
    if (!mover || mover.migratingTo !== undefined) continue;
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
