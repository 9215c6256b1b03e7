import { guests } from '../../../ovirt/guests.ts';
import type { Lab } from '../../../types.ts';
import { restartCold, restartHighlyAvailable, restartLeased } from '../commands/restart-vms.ts';
import type { EngineDatabase } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { isHighlyAvailable, settleDown } from '../database/vms.ts';
import type { EngineRun } from '../run.ts';
import { vdsmAnswers } from './hosts.ts';

/** Looks at a silent host until VMs with a lease are tried elsewhere, and between two tries (NumberVdsRefreshes…). */
const looks = { first: 10, again: 101 } as const;

/** Notices VMs that vdsm no longer has; on a host that does not answer nothing is known about them. */
export function watchVms(lab: Lab, db: EngineDatabase, run: EngineRun): void {
  watchUnknown(lab, db, run);
  for (const vm of db.vms.values()) {
    const row = vm.hostId === undefined ? undefined : db.hosts.get(vm.hostId);
    const host = row && machineAt(lab, row.address);
    if (!row || vm.launching || vm.migratingTo !== undefined || !vdsmAnswers(host) || guests(host).has(vm.id)) continue;
    const expected = vm.ending === true;
    const restarts = expected && vm.restarts === true;
    settleDown(lab, vm);
    vm.restarts = undefined;
    tell(lab, db, {
      code: expected ? 61 : 119,
      vm: { id: vm.id, name: vm.name },
      host: row,
      text: expected
        ? `VM ${vm.name} is down. Exit message: User shut down from within the guest`
        : `VM ${vm.name} is down with error. Exit message: VM has been terminated on the host.`,
    });
    if (restarts) restartCold({ lab, db, run }, vm);
    if (expected || !isHighlyAvailable(vm)) continue;
    tell(lab, db, {
      code: 9602,
      vm: { id: vm.id, name: vm.name },
      host: row,
      text: `Highly Available VM ${vm.name} failed. It will be restarted automatically.`,
    });
    restartHighlyAvailable({ lab, db, run }, vm);
  }
}

/** VMs with a lease are started elsewhere while nobody has fenced their host. */
function watchUnknown(lab: Lab, db: EngineDatabase, run: EngineRun): void {
  for (const row of db.hosts.values()) {
    row.unknownLooks = row.status === 'non_responsive' ? (row.unknownLooks ?? -looks.first) + 1 : undefined;
    const looked = row.unknownLooks;
    if (looked !== undefined && looked >= 0 && looked % looks.again === 0) restartLeased({ lab, db, run }, row);
  }
}
