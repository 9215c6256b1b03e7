import { growGuest } from '../../../ovirt/guests.ts';
import { uuid } from '../../../ovirt/ids.ts';
import { createLease, removeLease } from '../../../ovirt/vdsm/leases.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import { machineAt, removeVmRow } from '../database/database.ts';
import { attachmentsOf } from '../database/disk-attachments.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { vmStatus } from '../database/placement.ts';
import { activeSnapshot } from '../database/snapshots.ts';
import { vdsmDomain } from '../database/storage-domains.ts';
import type { TemplateRow } from '../database/templates.ts';
import { BLANK } from '../database/templates.ts';
import type { GraphicsProtocol, VmRow } from '../database/vms.ts';
import { blankSettings, cpusOf, leaseDomainOf, memoryOf } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { queryFlag } from '../routing/call.ts';
import { entityNotFound, incomplete, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, merged, part, text } from '../wire/values.ts';
import { deleteImage } from './disk-images.ts';
import { findCluster } from './find.ts';
import { checkDisksFree, checkQuiet } from './snapshot-checks.ts';
import { checkTemplate, fillFromTemplate } from './vm-from-template.ts';
import { checkSettings, immediate, settingsIn } from './vm-settings.ts';

/** HotPlugMemoryBlockSizeMb. */
const MEMORY_BLOCK = 256 * 1024 ** 2;

function checkName(call: Call, name: string, doing: 'add' | 'edit', own?: VmRow): void {
  if (!/^[\w.-]+$/.test(name)) {
    throw refused(
      400,
      `Can not ${doing} VM. The given name contains special characters. Only lower-case and upper-case letters, numbers, '_', '-', '.' are allowed.`,
    );
  }
  const taken = [...call.db.vms.values()].some((vm) => vm !== own && vm.name === name);
  if (!taken && name !== 'HostedEngine') return;
  throw refused(409, `Cannot ${doing} VM. The VM name is already in use, please choose a unique name and try again.`);
}

/** The leases on the domains follow what VMs are set to. */
function moveLease(lab: Lab, db: EngineDatabase, vm: VmRow, before: string | undefined): void {
  const now = leaseDomainOf(vm);
  if (now === before) return;
  const [old, next] = [before, now].map((id) => {
    const row = id === undefined ? undefined : db.storageDomains.get(id);
    return row && vdsmDomain(lab, row);
  });
  if (old) removeLease(old, vm.id);
  if (next) createLease(next, vm.id);
}

/** The template that a body names; none: Blank. */
function templateIn({ db }: Call, given: Entity | undefined): TemplateRow | undefined {
  const [id, name] = [text(given, 'id'), text(given, 'name')];
  if (id === BLANK || (id === undefined && name === 'Blank')) return undefined;
  const found = [...db.templates.values()].find((row) => (id === undefined ? row.name === name : row.id === id));
  if (!found) throw entityNotFound('GetVmTemplate');
  return found;
}

/**
 * Makes a VM from a template: from Blank without disks and network cards, which are given to it afterwards; from another
 * one with thin disks upon the template's, or with `clone` with copies of them.
 */
export function addVm(call: Call): VmRow {
  const { lab, db, run, body } = call;
  const cluster = part(body, 'cluster');
  const lacking = [
    ...(text(body, 'name') ? [] : ['name']),
    ...(text(cluster, 'id') || text(cluster, 'name') ? [] : ['cluster.id|name']),
  ];
  if (lacking.length > 0) throw incomplete(`Vm [${lacking.join(', ')}] required for add`);
  if (!part(body, 'template')) throw incomplete('Vm [template.id|name] required for add');
  const name = text(body, 'name') ?? '';
  const { id: clusterId } = findCluster(db, cluster ?? {});
  const template = templateIn(call, part(body, 'template'));
  checkName(call, name, 'add');
  if (template) checkTemplate(template);
  const clone = queryFlag(call.query, 'clone') === true;
  const settings = settingsIn(
    call,
    body,
    template ? { ...template.settings, description: '' } : blankSettings(),
    'add',
  );
  const graphics = text(part(settings, 'display'), 'type') as GraphicsProtocol;
  const vm: VmRow = {
    id: uuid(lab),
    name,
    clusterId,
    ...(template ? { madeFrom: template.id, ...(clone ? {} : { templateId: template.id }) } : {}),
    settings,
    nics: [],
    consoles: template?.consoles ?? [graphics],
    snapshots: [activeSnapshot(lab)],
    createdAt: Math.floor(lab.clock.now()),
    stoppedAt: Math.floor(lab.clock.now()),
  };
  checkSettings(vm, 'add');
  db.vms.set(vm.id, vm);
  moveLease(lab, db, vm, undefined);
  const user = userName(call.user);
  const about = { vm: { id: vm.id, name }, correlationId: call.correlationId, user };
  const filled = template && fillFromTemplate(call, vm, template, clone);
  if (filled) {
    tell(lab, db, { ...about, code: 37, text: `VM ${name} creation was initiated by ${user}.` });
    run.inBackground(async () => {
      await filled();
      tell(lab, db, { ...about, code: 53, text: `VM ${name} creation has been completed.` });
      lab.changed(`VM ${name} complete`);
    });
  } else tell(lab, db, { ...about, code: 34, text: `VM ${name} was created by ${user}.` });
  lab.changed(`VM ${name} created`);
  return vm;
}

/** Plugs more memory and sockets into a running VM; gives the settings that are in force by that. */
function hotPlug(call: Call, vm: VmRow, wanted: Entity): Entity {
  const { lab, db, correlationId } = call;
  const host = vm.hostId === undefined ? undefined : db.hosts.get(vm.hostId);
  const machine = host && machineAt(lab, host.address);
  if (!machine || vmStatus(lab, db, vm) !== 'up') return {};
  const [before, after] = [vm, { ...vm, settings: wanted }].map((one) => ({
    memory: memoryOf(one),
    cpus: cpusOf(one),
  }));
  if (!before || !after) return {};
  const more = after.memory - before.memory;
  const told = { vm: { id: vm.id, name: vm.name }, host, correlationId, user: userName(call.user) };
  const now: Record<string, Entity | number> = {};
  if (more > 0 && more % MEMORY_BLOCK === 0) {
    now.memory = after.memory;
    const [from, to] = [before.memory, after.memory].map((bytes) => bytes / 1024 ** 2);
    const change = `Hotset memory: changed the amount of memory on VM ${vm.name} from ${from} to ${to}`;
    tell(lab, db, { ...told, code: 2039, text: change });
  }
  const [own, asked] = [vm.settings, wanted].map((one) => part(part(one, 'cpu'), 'topology'));
  const onlySockets = own?.cores === asked?.cores && own?.threads === asked?.threads;
  if (onlySockets && after.cpus > before.cpus) {
    now.cpu = { topology: { sockets: asked?.sockets } };
    const change = `Hotplug CPU: changed the number of CPUs on VM ${vm.name} from ${before.cpus} to ${after.cpus}`;
    tell(lab, db, { ...told, code: 2033, text: change });
  }
  growGuest(machine, vm.id, {
    memory: now.memory === undefined ? before.memory : after.memory,
    cpus: now.cpu === undefined ? before.cpus : after.cpus,
  });
  return now;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/**
 * Changes a VM. Of one that runs only some settings change at once, or are plugged in; a next-run configuration keeps
 * the others until it is down (engine: UpdateVmCommand).
 */
export function updateVm(call: Call, vm: VmRow): VmRow {
  const { lab, db, body, correlationId } = call;
  checkQuiet('edit VM', vm);
  const name = text(body, 'name') ?? vm.name;
  if (name !== vm.name) checkName(call, name, 'edit', vm);
  const later = queryFlag(call.query, 'next_run') === true;
  const wanted = settingsIn(call, body, vm.nextRun ?? vm.settings, 'edit');
  checkSettings({ settings: wanted }, 'edit');
  const lease = leaseDomainOf(vm);
  if (vmStatus(lab, db, vm) === 'down') vm.settings = wanted;
  else {
    const atOnce: Record<string, Entity[string]> = {};
    if (!later) for (const key of immediate) if (!same(wanted[key], vm.settings[key])) atOnce[key] = wanted[key];
    vm.settings = { ...vm.settings, ...atOnce };
    if (!later) vm.settings = merged(vm.settings, hotPlug(call, vm, wanted));
    vm.nextRun = same(sorted(vm.settings), sorted(wanted)) ? undefined : wanted;
  }
  vm.name = name;
  moveLease(lab, db, vm, lease);
  const user = userName(call.user);
  tell(lab, db, {
    code: 35,
    vm: { id: vm.id, name },
    correlationId,
    user,
    text: `VM ${name} configuration was updated by ${user}.`,
  });
  lab.changed(`VM ${name} updated`);
  return vm;
}

const sorted = (entity: Entity): [string, unknown][] =>
  Object.entries(entity)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => a.localeCompare(b));

/** Removes a VM that is down, with its disks unless they are only to be detached. */
export function removeVm(call: Call, vm: VmRow): Job {
  const { lab, db, run, correlationId } = call;
  if (flag(vm.settings, 'delete_protected')) {
    throw refused(
      409,
      'Cannot remove VM. Delete protection is enabled. In order to delete, disable Delete protection first.',
    );
  }
  const keeps = queryFlag(call.query, 'detach_only') === true;
  if (keeps && vm.snapshots.length > 1) {
    throw refused(409, 'Cannot remove VM with detaching disks, snapshots exist.');
  }
  const status = vmStatus(lab, db, vm);
  if (status === 'suspended') {
    throw refused(409, 'Cannot remove VM that its state is not down.\n-Please stop the VM first.');
  }
  if (status !== 'down' && status !== 'image_locked') throw refused(409, 'Cannot remove VM. VM is running.');
  checkQuiet('remove VM', vm);
  const own = attachmentsOf(db, vm).flatMap((one) => db.disks.get(one.diskId) ?? []);
  const disks = keeps ? [] : own.filter((disk) => !disk.shareable);
  checkDisksFree(call, 'remove VM', vm);
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Removing VM ${vm.name} from system`, correlationId });
  vm.locked = true;
  for (const disk of disks) disk.status = 'locked';
  const gone = new Set(attachmentsOf(db, vm));
  run.inBackground(async () => {
    await run.sleep(disks.length > 0 ? 5 : 1);
    for (const disk of disks) deleteImage(call, disk);
    db.diskAttachments = db.diskAttachments.filter((one) => !gone.has(one));
    const leased = db.storageDomains.get(leaseDomainOf(vm) ?? '');
    const domain = leased && vdsmDomain(lab, leased);
    if (domain) removeLease(domain, vm.id);
    const told = `VM ${vm.name} was successfully removed by ${user}.`;
    tell(lab, db, { code: 113, vm: { id: vm.id, name: vm.name }, correlationId, user, text: told });
    removeVmRow(db, vm.id);
    endJob(lab, job, 'finished');
    lab.changed(`VM ${vm.name} removed`);
  });
  return job;
}
