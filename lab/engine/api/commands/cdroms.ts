import { changeDisks } from '../../../ovirt/guests.ts';
import { machineAt } from '../database/database.ts';
import { guestDisks } from '../database/disks.ts';
import { tell, userName } from '../database/events.ts';
import { vmStatus } from '../database/placement.ts';
import { statusWord } from '../database/storage-domains.ts';
import type { VmRow } from '../database/vms.ts';
import { isHighlyAvailable } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { incomplete, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { isEntity, isList, part, text } from '../wire/values.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NO_DOMAIN =
  "Cannot run VM with attached CD without an active ISO domain.\nAlternatives:\n- Attach an ISO Domain (to enable CD operations).\n- Change the boot sequence, using the Edit VM command (Boot Sub-Tab).\n- Select a different boot device (using the 'Run Once' command).";

/** What is in the drive when the VM starts: for one run alone, or always. */
export function cdAtStart(vm: Pick<VmRow, 'cd' | 'runOnce'>): string | undefined {
  const once = vm.runOnce?.cdroms;
  const [first] = isList(once) ? once.filter(isEntity) : [];
  return text(part(first, 'file'), 'id') ?? vm.cd;
}

/** Refuses a start with an image that cannot be read (BLL `validator/RunVmValidator.java`); highly available VMs start. */
export function checkCd(call: Call, vm: VmRow): void {
  const { db } = call;
  const wanted = cdAtStart(vm) ?? '';
  if (wanted === '' || isHighlyAvailable(vm)) return;
  // ISO domains are no domains of this datacentre.
  if (!UUID.test(wanted)) throw refused(409, NO_DOMAIN);
  const disk = db.disks.get(wanted);
  if (disk?.contentType !== 'iso') throw refused(400, 'Invalid ISO image path');
  if (disk.status !== 'ok') {
    throw refused(409, `Cannot run VM. The CDROM ISO image is in ${disk.status.toUpperCase()} status.`);
  }
  if (db.storageDomains.get(disk.domainId)?.status !== 'active') throw refused(409, NO_DOMAIN);
}

/** The image that a request names; an empty name is an empty drive. */
function named(body: Entity, doing: string): string {
  const file = part(body, 'file');
  if (!file) throw incomplete(`Cdrom [file] required for ${doing}`);
  return text(file, 'id') ?? '';
}

/** Puts an image into the drive for all starts to come. */
export function setCd(call: Call, vm: VmRow, doing: 'add' | 'update'): void {
  vm.cd = named(call.body, doing) || undefined;
  call.lab.changed(`CD of ${vm.name}`);
}

/** Changes what is in the drive of a running VM, until it ends. */
export function changeCd(call: Call, vm: VmRow): void {
  const { lab, db, correlationId } = call;
  const wanted = named(call.body, 'update');
  const user = userName(call.user);
  const about = { vm: { id: vm.id, name: vm.name }, correlationId, user };
  const [disk, old] = [wanted, vm.insertedCd ?? ''].map((id) => db.disks.get(id)?.alias ?? id);
  const cannot = `Cannot ${wanted === '' ? 'Eject' : 'Change'} CD VM`;
  if (wanted === (vm.insertedCd ?? '')) {
    const told =
      wanted === ''
        ? `CD is already ejected from VM ${vm.name}, disk change action was skipped. User: ${user}.`
        : `CD ${old} is already inserted to VM ${vm.name}, disk change action was skipped. User: ${user}.`;
    tell(lab, db, { ...about, code: wanted === '' ? 1192 : 1191, text: told });
    return;
  }
  const status = vmStatus(lab, db, vm);
  if (!['up', 'powering_up', 'reboot_in_progress', 'paused'].includes(status)) {
    throw refused(409, `${cannot} because the VM is in ${statusWord(status)} status.`);
  }
  if (wanted !== '' && !UUID.test(wanted) && !/\.iso$/i.test(wanted)) {
    throw refused(400, `${cannot}. Invalid CD image format.`);
  }
  const host = db.hosts.get(vm.hostId ?? '');
  const machine = host && machineAt(lab, host.address);
  if (!machine || (wanted !== '' && db.disks.get(wanted)?.status !== 'ok')) {
    const text = `Failed to change disk in VM ${vm.name} (Host: ${host?.name ?? ''}, User: ${user}).`;
    tell(lab, db, { ...about, host, code: 102, text });
    throw refused(400, 'Failed to change disk image');
  }
  vm.insertedCd = wanted || undefined;
  changeDisks(machine, vm.id, guestDisks(db, vm));
  const told =
    wanted === ''
      ? `CD was ejected from VM ${vm.name} by ${user}.`
      : `CD ${disk} was inserted to VM ${vm.name} by ${user}.`;
  tell(lab, db, { ...about, host, code: wanted === '' ? 528 : 38, text: told });
  lab.changed(`CD in ${vm.name}`);
}
