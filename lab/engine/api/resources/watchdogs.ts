import { uuid } from '../../../ovirt/ids.ts';
import type { VmRow, WatchdogRow } from '../database/vms.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { incomplete, refused, unknownId } from '../wire/fault.ts';
import { text } from '../wire/values.ts';
import { seenVm, vmOfPath } from './disk-attachments.ts';

const watchdogResource = (vm: VmRow, row: WatchdogRow): Resource => ({
  type: 'watchdog',
  service: 'vm_watchdog',
  path: `/vms/${vm.id}/watchdogs/${row.id}`,
  entity: { action: row.action, model: row.model, vm: { id: vm.id } },
});

/** The card that resets a VM whose guest system hangs; a VM has one at most. */
function add(call: Call, vm: VmRow): WatchdogRow {
  const [model, action] = [text(call.body, 'model'), text(call.body, 'action')];
  const lacking = [...(action === undefined ? ['action'] : []), ...(model === undefined ? ['model'] : [])];
  if (action === undefined || model === undefined)
    throw incomplete(`Watchdog [${lacking.join(', ')}] required for add`);
  // The engine has no words for it.
  if (vm.watchdog) throw refused(409, 'WATCHDOG_ALREADY_EXISTS');
  vm.watchdog = { id: uuid(call.lab), model, action };
  call.lab.changed(`watchdog added to VM ${vm.name}`);
  return vm.watchdog;
}

function existing(call: Call): { vm: VmRow; row: WatchdogRow } {
  const vm = vmOfPath(call);
  const row = vm.watchdog;
  if (row === undefined || row.id !== call.route.ids[1]) throw unknownId();
  return { vm, row };
}

export const watchdogs: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const vm = seenVm(call);
    return many('watchdog', vm.watchdog ? [watchdogResource(vm, vm.watchdog)] : []);
  },
  add: (call) => {
    const vm = vmOfPath(call);
    return created(watchdogResource(vm, add(call, vm)));
  },
};

export const watchdog: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { vm, row } = existing(call);
    return one(watchdogResource(vm, row));
  },
  update: (call) => {
    const { vm, row } = existing(call);
    row.model = text(call.body, 'model') ?? row.model;
    row.action = text(call.body, 'action') ?? row.action;
    call.lab.changed(`watchdog of VM ${vm.name} updated`);
    return one(watchdogResource(vm, row));
  },
  remove: (call) => {
    const { vm } = existing(call);
    vm.watchdog = undefined;
    call.lab.changed(`watchdog removed from VM ${vm.name}`);
    return removed(call);
  },
};
