import { destroyGuest } from '../../../ovirt/guests.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase, HostRow, VmRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { schedule } from '../database/placement.ts';
import type { EngineRun } from '../run.ts';
import { launch } from './vm-actions.ts';

interface Engine {
  readonly lab: Lab;
  readonly db: EngineDatabase;
  readonly run: EngineRun;
}

/** Seconds until the first attempt and between attempts, and how many there are. */
const restarts = { first: 1, delay: 30, times: 10 } as const;

/** Starts a highly available VM that has failed, on whatever host can take it; tries for some minutes. */
export function restartHighlyAvailable(on: Engine, vm: VmRow): void {
  const { lab, db, run } = on;
  const about = { vm: { id: vm.id, name: vm.name } };
  run.inBackground(async () => {
    await run.sleep(restarts.first);
    for (let attempt = 0; attempt < restarts.times; attempt += 1) {
      if (!db.vms.has(vm.id) || vm.hostId !== undefined) return;
      const found = schedule(lab, db, { memory: vm.memory, hostedEngine: false, clusterId: vm.clusterId });
      if ('host' in found) {
        launch(on, vm, found);
        tell(lab, db, {
          ...about,
          code: 506,
          host: found.host,
          text: `Trying to restart VM ${vm.name} on Host ${found.host.name}`,
        });
        return;
      }
      tell(lab, db, { ...about, code: 9603, text: `Restart of the Highly Available VM ${vm.name} failed.` });
      await run.sleep(restarts.delay);
    }
  });
}

/** A host is known to be off: its VMs are down, and those that are highly available start elsewhere. */
export function clearVms(on: Engine, row: HostRow): void {
  const { lab, db } = on;
  const machine = machineAt(lab, row.address);
  for (const vm of db.vms.values()) {
    if (vm.hostId !== row.id) continue;
    if (machine) destroyGuest(machine, vm.id);
    Object.assign(vm, { hostId: undefined, migratingTo: undefined, ending: undefined, stoppedAt: lab.clock.now() });
    tell(lab, db, {
      code: 143,
      vm: { id: vm.id, name: vm.name },
      host: row,
      text: `Vm ${vm.name} was shut down due to ${row.name} host reboot or manual fence`,
    });
    if (vm.highlyAvailable) restartHighlyAvailable(on, vm);
  }
}
