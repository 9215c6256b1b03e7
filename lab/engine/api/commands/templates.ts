import { uuid } from '../../../ovirt/ids.ts';
import { dataCenterOf } from '../database/data-centers.ts';
import { attachmentsOf } from '../database/disk-attachments.ts';
import type { DiskRow } from '../database/disks.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { vmStatus } from '../database/placement.ts';
import type { TemplateRow } from '../database/templates.ts';
import { disksOfTemplate } from '../database/templates.ts';
import type { VmRow } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { entityNotFound, incomplete, notModelled, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, part, text } from '../wire/values.ts';
import { copyImage, deleteImage, secondsFor, volumesDown } from './disk-images.ts';
import { findCluster } from './find.ts';
import { checkDisksFree } from './snapshot-checks.ts';
import { storageTimes } from './storage-times.ts';
import { checkSettings, settingsIn } from './vm-settings.ts';

function say(call: Call, code: number, line: string): void {
  const { lab, db, correlationId } = call;
  tell(lab, db, { code, correlationId, user: userName(call.user), text: line });
}

function vmIn({ db, body }: Call): VmRow {
  const given = part(body, 'vm');
  const [id, name] = [text(given, 'id'), text(given, 'name')];
  if (id === undefined && name === undefined) throw incomplete('Template [vm.id|name] required for add');
  const found = [...db.vms.values()].find((vm) => (id === undefined ? vm.name === name : vm.id === id));
  if (!found) throw entityNotFound(id === undefined ? `VM: name=${name ?? ''}` : id);
  return found;
}

function checkName(call: Call, name: string, clusterId: string): void {
  const { db } = call;
  const taken = [...db.templates.values()].some(
    (one) => one.name === name && dataCenterOf(db, one) === dataCenterOf(db, { clusterId }),
  );
  if (!taken && name !== 'Blank') return;
  throw refused(
    409,
    'Cannot add Template. The Template name is already in use, please choose a unique name and try again.',
  );
}

/** A disk of the template, with the content of the VM's in one volume on the same domain. */
function copyOf(call: Call, disk: DiskRow): DiskRow {
  const { lab, db } = call;
  const { task, ...same } = disk;
  const made: DiskRow = { ...same, id: uuid(lab), imageId: uuid(lab), status: 'locked' };
  const { domain, volumes } = volumesDown(call, disk);
  if (domain) copyImage(call, volumes, domain, made);
  db.disks.set(made.id, made);
  return made;
}

/** Makes a template of a VM that is down; both are locked until its disks are copied (engine: AddVmTemplateCommand). */
export function addTemplate(call: Call): TemplateRow {
  const { lab, db, run, body, correlationId } = call;
  if (body.version !== undefined) throw notModelled('a version of a template');
  const name = text(body, 'name');
  if (!name) throw incomplete('Template [name] required for add');
  const vm = vmIn(call);
  const cluster = part(body, 'cluster');
  const clusterId = cluster ? findCluster(db, cluster).id : vm.clusterId;
  if (vmStatus(lab, db, vm) !== 'down') {
    throw refused(409, 'Cannot add Template. VM is locked or still running, try again once VM is in the Down state.');
  }
  checkName(call, name, clusterId);
  checkDisksFree(call, 'add Template', vm);
  const settings = settingsIn(call, body, { ...vm.settings, description: '', comment: '' }, 'add');
  checkSettings({ settings }, 'add');
  const disks = new Map<string, DiskRow>();
  for (const { diskId } of attachmentsOf(db, vm)) {
    const disk = db.disks.get(diskId);
    if (disk && !disk.shareable) disks.set(diskId, copyOf(call, disk));
  }
  const row: TemplateRow = {
    id: uuid(lab),
    name,
    clusterId,
    createdAt: Math.floor(lab.clock.now()),
    status: 'locked',
    settings,
    nics: vm.nics.map((nic) => ({ ...nic, id: uuid(lab), mac: '', filterParameters: [] })),
    consoles: vm.consoles,
    attachments: attachmentsOf(db, vm).flatMap(({ vmId, ...rest }) => {
      const own = disks.get(rest.diskId);
      return own ? [{ ...rest, diskId: own.id }] : [];
    }),
  };
  db.templates.set(row.id, row);
  const job = startJob(lab, db, {
    description: `Creating VM Template ${name} in Data Center ${dataCenterOf(db, row)?.name ?? ''}`,
    correlationId,
  });
  if (disks.size > 0) {
    say(call, 48, `Creation of Template ${name} from VM ${vm.name} was initiated by ${userName(call.user)}.`);
  }
  vm.locked = true;
  const copied = [...disks.values()].flatMap((disk) => volumesDown(call, disk).volumes);
  lab.changed(`template ${name} added`);
  run.inBackground(async () => {
    await run.sleep(secondsFor(copied));
    for (const disk of disks.values()) disk.status = 'ok';
    Object.assign(row, { status: 'ok' });
    vm.locked = undefined;
    say(call, 51, `Creation of Template ${name} from VM ${vm.name} has been completed.`);
    endJob(lab, job, 'finished');
    lab.changed(`template ${name} ready`);
  });
  return row;
}

/** Changes what a body names of a template; VMs that were made from it stay as they are. */
export function updateTemplate(call: Call, row: TemplateRow): TemplateRow {
  const { body, lab } = call;
  if (row.status === 'locked') throw refused(409, 'Template is currently locked (temporarily).');
  const name = text(body, 'name') ?? row.name;
  if (name !== row.name) checkName(call, name, row.clusterId);
  const settings: Entity = settingsIn(call, body, row.settings, 'edit');
  checkSettings({ settings }, 'edit');
  Object.assign(row, { name, settings });
  say(call, 49, `Template ${name} configuration was updated by ${userName(call.user)}.`);
  lab.changed(`template ${name} updated`);
  return row;
}

/** Removes a template with its disks; not as long as a VM stands upon them (engine: RemoveVmTemplateCommand). */
export function removeTemplate(call: Call, row: TemplateRow): Job {
  const { lab, db, run, correlationId } = call;
  if (flag(row.settings, 'delete_protected')) {
    throw refused(
      409,
      'Cannot remove Template. Delete protection is enabled. In order to delete, disable Delete protection first.',
    );
  }
  if (row.status === 'locked') throw refused(409, "Template's Image is locked (temporarily).");
  const derived = [...db.vms.values()].filter((vm) => vm.templateId === row.id).map((vm) => vm.name);
  if (derived.length > 0) {
    throw refused(409, `Cannot delete Template. Template is being used by the following VMs: ${derived.join(',')}.`);
  }
  const description = `Removing VM Template ${row.name} from Data Center ${dataCenterOf(db, row)?.name ?? ''}`;
  const job = startJob(lab, db, { description, correlationId });
  say(call, 50, `Removal of Template ${row.name} was initiated by ${userName(call.user)}.`);
  row.status = 'locked';
  run.inBackground(async () => {
    await run.sleep(storageTimes.removeDisk);
    for (const disk of disksOfTemplate(db, row)) deleteImage(call, disk);
    db.templates.delete(row.id);
    say(call, 251, `Removal of Template ${row.name} has been completed.`);
    endJob(lab, job, 'finished');
    lab.changed(`template ${row.name} removed`);
  });
  return job;
}
