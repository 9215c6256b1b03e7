import { destroyGuest } from '../../../ovirt/guests.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { needOf, schedule } from '../database/placement.ts';
import type { VmRow } from '../database/vms.ts';
import { isHighlyAvailable, leaseDomainOf, priorityOf, settleDown } from '../database/vms.ts';
import type { Engine } from './launch.ts';
import { launch, watchStart } from './launch.ts';

/** AutoStartVmsRunner: seconds until the first attempt and between attempts, and how many there are. */
const restarts = { first: 1, delay: 30, times: 10 } as const;

const byPriority = (vms: Iterable<VmRow>): VmRow[] => [...vms].sort((a, b) => priorityOf(b) - priorityOf(a));

/** One attempt to start a VM somewhere else; true when it runs. */
async function restart(on: Engine, vm: VmRow): Promise<boolean> {
  const { lab, db } = on;
  const about = { vm: { id: vm.id, name: vm.name } };
  // What was asked for the run that has failed is not asked for the next one.
  const need = needOf(db, { ...vm, runOnce: undefined });
  const found = schedule(lab, db, need, (row) => row.id !== vm.hostId);
  if (!('host' in found)) return false;
  const { host } = found;
  const text = `Trying to restart VM ${vm.name} on Host ${host.name}`;
  tell(lab, db, { ...about, code: 506, host, text });
  if (await launch(on, vm, found)) {
    vm.runOnce = undefined;
    on.run.inBackground(() => watchStart(on, vm, found));
    return true;
  }
  tell(lab, db, { ...about, code: 507, host, text: `Failed to restart VM ${vm.name} on Host ${host.name}` });
  return false;
}

/** Starts a highly available VM that has failed, on whatever host can take it; tries for some minutes. */
export function restartHighlyAvailable(on: Engine, vm: VmRow): void {
  const { lab, db, run } = on;
  const about = { vm: { id: vm.id, name: vm.name } };
  vm.failed = true;
  run.inBackground(async () => {
    await run.sleep(restarts.first);
    for (let attempt = 1; attempt <= restarts.times; attempt += 1) {
      if (!db.vms.has(vm.id) || vm.hostId !== undefined || !vm.failed) return;
      if (await restart(on, vm)) return;
      tell(lab, db, { ...about, code: 9603, text: `Restart of the Highly Available VM ${vm.name} failed.` });
      if (attempt < restarts.times) await run.sleep(restarts.delay);
    }
    vm.failed = undefined;
    const text = `Highly Available VM ${vm.name} could not be restarted automatically, exceeded the maximum number of attempts.`;
    tell(lab, db, { ...about, code: 9605, text });
  });
}

/** An engine that has just started goes on with what its former life wanted to start (engine: HaAutoStartVmsRunner). */
export function restartFailed(on: Engine): void {
  for (const vm of byPriority(on.db.vms.values())) if (vm.failed) restartHighlyAvailable(on, vm);
}

/** Its settings were to change with its next run: it is launched anew after a reboot. */
export function restartCold(on: Engine, vm: VmRow): void {
  on.run.inBackground(async () => {
    await on.run.sleep(restarts.first);
    if (vm.hostId !== undefined) return;
    const found = schedule(on.lab, on.db, needOf(on.db, vm));
    if ('host' in found && (await launch(on, vm, found))) await watchStart(on, vm, found);
  });
}

/** A host is known to be off: its VMs are down, and those that are highly available start elsewhere. */
export function clearVms(on: Engine, row: HostRow): void {
  const { lab, db } = on;
  const machine = machineAt(lab, row.address);
  for (const vm of byPriority(db.vms.values())) {
    if (vm.hostId !== row.id) continue;
    if (machine) destroyGuest(machine, vm.id);
    settleDown(lab, vm);
    tell(lab, db, {
      code: 143,
      vm: { id: vm.id, name: vm.name },
      host: row,
      text: `Vm ${vm.name} was shut down due to ${row.name} host reboot or manual fence`,
    });
    if (isHighlyAvailable(vm)) restartHighlyAvailable(on, vm);
  }
}

/**
 * Tries to start VMs with a lease elsewhere while their host does not respond: sanlock gives the lease only when that
 * host cannot run them any more, so that none runs twice.
 */
export function restartLeased(on: Engine, row: HostRow): void {
  for (const vm of byPriority(on.db.vms.values())) {
    if (vm.hostId !== row.id || vm.launching || leaseDomainOf(vm) === undefined || !isHighlyAvailable(vm)) continue;
    on.run.inBackground(async () => {
      if (row.status === 'non_responsive' && vm.hostId === row.id) await restart(on, vm);
    });
  }
}
