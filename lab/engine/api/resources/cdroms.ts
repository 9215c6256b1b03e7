import { changeCd, setCd } from '../commands/cdroms.ts';
import type { VmRow } from '../database/vms.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, queryFlag } from '../routing/call.ts';
import { seenVm, vmOfPath } from './disk-attachments.ts';

/** A VM has one drive, whose id says nothing. */
const DRIVE = '00000000-0000-0000-0000-000000000000';

const drive = (vm: VmRow, image: string | undefined): Resource => ({
  type: 'cdrom',
  service: 'vm_cdrom',
  path: `/vms/${vm.id}/cdroms/${DRIVE}`,
  entity: { ...(image === undefined ? {} : { file: { id: image } }), vm: { id: vm.id } },
});

const current = (call: Call): boolean => queryFlag(call.query, 'current') ?? false;

const shown = (call: Call): Resource => {
  const vm = seenVm(call);
  return drive(vm, current(call) ? vm.insertedCd : vm.cd);
};

export const cdroms: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const vm = seenVm(call);
    return many('cdrom', [drive(vm, vm.cd)]);
  },
  add: (call) => {
    setCd(call, vmOfPath(call), 'add');
    return created(shown(call));
  },
};

export const cdrom: Readonly<Record<string, Handler>> = {
  get: (call) => one(shown(call)),
  update: (call) => {
    const vm = vmOfPath(call);
    if (current(call)) changeCd(call, vm);
    else setCd(call, vm, 'update');
    return one(shown(call));
  },
};
