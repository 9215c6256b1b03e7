import { guests } from '../../../ovirt/guests.ts';
import type { Lab } from '../../../types.ts';
import { restartHighlyAvailable } from '../commands/restart-vms.ts';
import type { EngineDatabase } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import type { EngineRun } from '../run.ts';
import { vdsmAnswers } from './hosts.ts';

/** Notices VMs that vdsm no longer has; on a host that does not answer nothing is known about them. */
export function watchVms(lab: Lab, db: EngineDatabase, run: EngineRun): void {
  for (const vm of db.vms.values()) {
    const row = vm.hostId === undefined ? undefined : db.hosts.get(vm.hostId);
    const host = row && machineAt(lab, row.address);
    if (!row || vm.migratingTo !== undefined || !vdsmAnswers(host) || guests(host).has(vm.id)) continue;
    const expected = vm.ending === true;
    vm.hostId = undefined;
    vm.ending = undefined;
    vm.stoppedAt = lab.clock.now();
    tell(lab, db, {
      code: expected ? 61 : 119,
      vm: { id: vm.id, name: vm.name },
      host: row,
      text: expected
        ? `VM ${vm.name} is down. Exit message: User shut down from within the guest`
        : `VM ${vm.name} is down with error. Exit message: VM has been terminated on the host.`,
    });
    if (expected || !vm.highlyAvailable) continue;
    tell(lab, db, {
      code: 9602,
      vm: { id: vm.id, name: vm.name },
      host: row,
      text: `Highly Available VM ${vm.name} failed. It will be restarted automatically.`,
    });
    restartHighlyAvailable({ lab, db, run }, vm);
  }
}
