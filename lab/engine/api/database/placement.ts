import { runningOn } from '../../../ovirt/engine-vm.ts';
import { guestStatus, guests } from '../../../ovirt/guests.ts';
import type { Lab, LabHost } from '../../../types.ts';
import { affinityJudge } from './affinity-groups.ts';
import type { EngineDatabase, HostRow } from './database.ts';
import { machineAt } from './database.ts';
import type { VmRow } from './vms.ts';
import { cpusOf, memoryOf, networksOfVm, placedOn } from './vms.ts';

/** Where VMs are and where they could go. */
export const engineVm = (db: EngineDatabase, lab: Lab): { id: string; name: string } => ({
  id: runningOn(lab)?.record.storage.volumes.vm ?? db.userId,
  name: 'HostedEngine',
});

/** The row of the host on which the engine itself runs. */
export function engineHost(lab: Lab, db: EngineDatabase): HostRow | undefined {
  const here = runningOn(lab)?.host;
  return [...db.hosts.values()].find((row) => here !== undefined && machineAt(lab, row.address) === here);
}

/** Ids of the VMs that count for a host: those on it and those on their way to it. */
export function vmsOn(lab: Lab, db: EngineDatabase, row: HostRow): string[] {
  const ids = [...db.vms.values()].filter((vm) => vm.hostId === row.id || vm.migratingTo === row.id).map((vm) => vm.id);
  if (engineHost(lab, db) === row || db.engineVmMigratingTo === row.id) ids.push(engineVm(db, lab).id);
  return ids;
}

/** Of a host that does not answer any more nothing is known; while it is only late, the last known holds. */
export function vmStatus(lab: Lab, db: EngineDatabase, vm: VmRow): string {
  const row = vm.hostId === undefined ? undefined : db.hosts.get(vm.hostId);
  if (!row) return vm.suspended ? 'suspended' : vm.locked ? 'image_locked' : 'down';
  if (row.status === 'non_responsive') return 'unknown';
  if (vm.migratingTo !== undefined) return 'migrating';
  if (vm.launching) return 'wait_for_launch';
  const host = machineAt(lab, row.address);
  const guest = host && guests(host).get(vm.id);
  if (host && guest) return guestStatus(host, guest);
  return row.status === 'connecting' ? 'up' : 'down';
}

/** Why a host cannot take a VM, in the scheduler's words. */
interface Obstacle {
  readonly filter: string;
  readonly because: string;
}

/** What a host must have to take a VM. */
export interface Need {
  readonly memory: number;
  readonly cpus?: number;
  readonly hostedEngine: boolean;
  readonly clusterId: string;
  readonly networks?: readonly string[];
  /** Ids of the only hosts that may take it. */
  readonly hosts?: readonly string[];
  /** What the rules of its affinity groups have against a host. */
  readonly judge?: (row: HostRow) => Obstacle | undefined;
}

export const needOf = (db: EngineDatabase, vm: VmRow): Need => ({
  memory: memoryOf(vm),
  cpus: cpusOf(vm),
  hostedEngine: false,
  clusterId: vm.clusterId,
  networks: networksOfVm(db, vm),
  hosts: placedOn(vm),
  judge: affinityJudge(db, vm),
});

/** What keeps a host from taking a VM; undefined when it can. */
export function obstacle(lab: Lab, row: HostRow, need: Need): Obstacle | undefined {
  const host = machineAt(lab, row.address);
  const free = host ? host.memory.total - host.memory.used : 0;
  if (need.hosts && need.hosts.length > 0 && !need.hosts.includes(row.id)) {
    return { filter: 'PinToHost', because: 'the host is not present in the pinning list.' };
  }
  const missing = (need.networks ?? []).filter((name) => !host?.network.interfaces.has(name));
  if (missing.length > 0) return { filter: 'Network', because: `network(s) ${missing.join(', ')} are missing` };
  if (need.hostedEngine && !row.ha?.configured) return { filter: 'HA', because: 'it is not a Hosted Engine host' };
  if (need.hostedEngine && (row.ha?.score ?? 0) <= 0) {
    return { filter: 'HA', because: "it doesn't have a positive Hosted Engine score" };
  }
  if ((need.cpus ?? 0) > (host?.cpu.count ?? 0)) {
    return { filter: 'CPU', because: 'it has an insufficient amount of CPU cores to run the VM' };
  }
  if (free < need.memory) {
    return {
      filter: 'Memory',
      because: `its available memory is too low (${Math.floor(free / 1024 ** 2)} MB) to run the VM`,
    };
  }
  return need.judge?.(row);
}

/** The up host with the most free memory that can take a VM, or the scheduler's reasons. */
export function schedule(
  lab: Lab,
  db: EngineDatabase,
  need: Need,
  among: (row: HostRow) => boolean = () => true,
): { host: HostRow; machine: LabHost } | { reasons: string[] } {
  const reasons: string[] = [];
  const fit: { host: HostRow; machine: LabHost }[] = [];
  for (const row of db.hosts.values()) {
    if (row.status !== 'up' || row.clusterId !== need.clusterId || !among(row)) continue;
    const why = obstacle(lab, row, need);
    const machine = machineAt(lab, row.address);
    if (why) reasons.push(`The host ${row.name} did not satisfy internal filter ${why.filter} because ${why.because}.`);
    else if (machine) fit.push({ host: row, machine });
  }
  const free = (one: { machine: LabHost }): number => one.machine.memory.total - one.machine.memory.used;
  const [best] = fit.sort((a, b) => free(b) - free(a));
  return best ?? { reasons };
}
