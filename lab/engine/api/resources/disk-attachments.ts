import { changeDisks } from '../../../ovirt/guests.ts';
import { addDisk, checkIdle, removeDisk } from '../commands/disks.ts';
import { updateDisk } from '../commands/update-disk.ts';
import { machineAt } from '../database/database.ts';
import type { DiskAttachmentRow } from '../database/disk-attachments.ts';
import { attachmentsOf } from '../database/disk-attachments.ts';
import { guestDisks, vmsWith } from '../database/disks.ts';
import { anyVm } from '../database/engine-vm.ts';
import { tell, userName } from '../database/events.ts';
import { vmStatus } from '../database/placement.ts';
import type { VmRow } from '../database/vms.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, queryFlag, removed } from '../routing/call.ts';
import { notModelled, refused, unknownId } from '../wire/fault.ts';
import { flag, part, text } from '../wire/values.ts';

const attachmentResource = (row: DiskAttachmentRow): Resource => ({
  type: 'disk_attachment',
  service: 'disk_attachment',
  path: `/vms/${row.vmId}/diskattachments/${row.diskId}`,
  entity: {
    active: row.active,
    bootable: row.bootable,
    interface: row.interface,
    pass_discard: row.passDiscard,
    read_only: row.readOnly,
    uses_scsi_reservation: false,
    disk: { id: row.diskId },
    vm: { id: row.vmId },
  },
});

/** The VM that the path begins with, to be looked at: the engine's own too. */
export function seenVm(call: Call): VmRow {
  const found = anyVm(call.lab, call.db, call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

/** The managed VM that the path begins with. */
export function vmOfPath(call: Call): VmRow {
  const { id } = seenVm(call);
  const found = call.db.vms.get(id);
  if (!found) throw notModelled("this of the engine's own VM");
  return found;
}

function existing(call: Call): DiskAttachmentRow {
  const found = attachmentsOf(call.db, vmOfPath(call)).find((row) => row.diskId === call.route.ids[1]);
  if (!found) throw unknownId();
  return found;
}

/** A VM that runs gets plugged disks at once and gives unplugged ones back, over a bus that can do so. */
function checkPlug(call: Call, vm: VmRow, doing: string, row: Pick<DiskAttachmentRow, 'interface'>): void {
  const status = vmStatus(call.lab, call.db, vm);
  if (status === 'down') return;
  if (status !== 'up') throw refused(409, `Cannot ${doing} Virtual Disk because the VM is in ${status} status.`);
  if (!['virtio', 'virtio_scsi'].includes(row.interface)) {
    throw refused(
      409,
      `Cannot ${doing} Virtual Disk. Hot plugging/unplugging of disks with this interface is not supported.`,
    );
  }
}

function replug({ lab, db }: Call, vm: VmRow): void {
  const host = db.hosts.get(vm.hostId ?? '');
  const machine = host && machineAt(lab, host.address);
  if (machine) changeDisks(machine, vm.id, guestDisks(db, vm));
}

/** Gives a VM a disk that is there, unplugged unless the request says otherwise, or makes one for it. */
function attach(call: Call): DiskAttachmentRow {
  const { lab, db, body } = call;
  const vm = vmOfPath(call);
  const wanted = part(body, 'disk') ?? {};
  const id = text(wanted, 'id');
  const known = id === undefined ? undefined : db.disks.get(id);
  const making = wanted.provisioned_size !== undefined;
  const kind = text(body, 'interface');
  if (kind === undefined) throw refused(400, 'Interface is required', 'Attribute: diskVmElement.diskInterface');
  if (!known && !making) throw refused(400, 'Cannot attach Virtual Disk. The specified disk does not exist.');
  if (known && attachmentsOf(db, vm).some((row) => row.diskId === known.id)) {
    throw refused(409, 'Cannot attach Virtual Disk. The disk is already attached to VM.');
  }
  if (known && !known.shareable && vmsWith(db, known).length > 0) {
    throw refused(409, 'Cannot attach Virtual Disk. The disk is not shareable and is already attached to a VM.');
  }
  const disk = known ?? addDisk(call, wanted, { id: vm.id, name: vm.name });
  const row: DiskAttachmentRow = {
    vmId: vm.id,
    diskId: disk.id,
    interface: kind,
    bootable: flag(body, 'bootable') ?? false,
    active: flag(body, 'active') ?? !known,
    readOnly: flag(body, 'read_only') ?? false,
    passDiscard: flag(body, 'pass_discard') ?? false,
  };
  if (known && row.active) checkPlug(call, vm, 'attach', row);
  db.diskAttachments.push(row);
  replug(call, vm);
  if (known) {
    const user = userName(call.user);
    tell(lab, db, {
      code: 2016,
      vm: { id: vm.id, name: vm.name },
      correlationId: call.correlationId,
      user,
      text: `Disk ${disk.alias} was successfully attached to VM ${vm.name} by ${user}.`,
    });
  }
  lab.changed(`disk ${disk.alias} attached to ${vm.name}`);
  return row;
}

function update(call: Call): DiskAttachmentRow {
  const { body } = call;
  const row = existing(call);
  const disk = call.db.disks.get(row.diskId);
  const wanted = part(body, 'disk');
  const active = flag(body, 'active') ?? row.active;
  if (active !== row.active) checkPlug(call, vmOfPath(call), active ? 'hot plug' : 'hot unplug', row);
  if (disk && wanted && Object.keys(wanted).some((name) => name !== 'id')) updateDisk({ ...call, body: wanted }, disk);
  row.interface = text(body, 'interface') ?? row.interface;
  row.bootable = flag(body, 'bootable') ?? row.bootable;
  row.active = active;
  row.readOnly = flag(body, 'read_only') ?? row.readOnly;
  row.passDiscard = flag(body, 'pass_discard') ?? row.passDiscard;
  replug(call, vmOfPath(call));
  call.lab.changed('disk attachment updated');
  return row;
}

/** Takes a disk out of a VM; only `detach_only=false` removes it as well (BackendDiskAttachmentResource). */
function detach(call: Call) {
  const { lab, db, correlationId } = call;
  const row = existing(call);
  const vm = vmOfPath(call);
  const disk = db.disks.get(row.diskId);
  if (!disk) throw unknownId();
  if (queryFlag(call.query, 'detach_only') === false) {
    if (vmStatus(lab, db, vm) !== 'down' && row.active) checkIdle(call, 'detach', disk);
    return removed(call, removeDisk(call, disk));
  }
  if (row.active) checkPlug(call, vm, 'detach', row);
  db.diskAttachments.splice(db.diskAttachments.indexOf(row), 1);
  replug(call, vm);
  const user = userName(call.user);
  const told = `Disk ${disk.alias} was successfully detached from VM ${vm.name} by ${user}.`;
  tell(lab, db, { code: 2018, vm: { id: vm.id, name: vm.name }, correlationId, user, text: told });
  lab.changed(`disk ${disk.alias} detached from ${vm.name}`);
  return removed(call);
}

export const diskAttachments: Readonly<Record<string, Handler>> = {
  list: (call) => many('disk_attachment', attachmentsOf(call.db, vmOfPath(call)).map(attachmentResource)),
  add: (call) => created(attachmentResource(attach(call))),
};

export const diskAttachment: Readonly<Record<string, Handler>> = {
  get: (call) => one(attachmentResource(existing(call))),
  update: (call) => one(attachmentResource(update(call))),
  remove: detach,
};
