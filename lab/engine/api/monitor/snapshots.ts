import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import { tell } from '../database/events.ts';
import type { VmRow } from '../database/vms.ts';

/** A snapshot that was not finished when the engine ended has changed nothing yet: it is taken back, or stays. */
export function settleSnapshots(lab: Lab, db: EngineDatabase): void {
  for (const vm of db.vms.values()) {
    vm.locked = undefined;
    for (const snapshot of vm.snapshots) {
      if (snapshot.status !== 'locked') continue;
      const about = { vm: { id: vm.id, name: vm.name } };
      const { description } = snapshot;
      if (snapshot.making) {
        takeBack(vm, snapshot.id);
        const text = `Failed to complete snapshot '${description}' creation for VM '${vm.name}'.`;
        tell(lab, db, { ...about, code: 69, text });
      } else {
        snapshot.status = 'ok';
        const text = `Failed to delete snapshot '${description}' for VM '${vm.name}'.`;
        tell(lab, db, { ...about, code: 357, text });
      }
    }
  }
}

/** The active state has its id again. */
function takeBack(vm: VmRow, id: string): void {
  vm.snapshots = vm.snapshots
    .filter((one) => one.id !== id)
    .map((one) => (one.type === 'active' ? { ...one, id } : one));
}
