import { addTemplate, removeTemplate, updateTemplate } from '../commands/templates.ts';
import { clusterOf, dataCenterOf } from '../database/data-centers.ts';
import type { TemplateRow } from '../database/templates.ts';
import { BLANK } from '../database/templates.ts';
import { blankSettings } from '../database/vms.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { notModelled, refused, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';

/** Only a read of all content shows these. */
function shown(call: Call, settings: Entity): Entity {
  const { console, rng_device, soundcard_enabled, virtio_scsi, ...rest } = settings;
  return { ...rest, ...(call.allContent ? { console, rng_device, soundcard_enabled, virtio_scsi } : {}) };
}

const resource = (id: string, entity: Entity): Resource => ({
  type: 'template',
  service: 'template',
  path: `/templates/${id}`,
  entity: { ...entity, origin: 'ovirt', version: { version_name: 'base version', version_number: 1 } },
});

/** The one without disks that every installation begins with. */
const blank = (call: Call): Resource =>
  resource(BLANK, {
    ...shown(call, blankSettings()),
    name: 'Blank',
    description: 'Blank template',
    creation_time: Date.UTC(2008, 3, 1),
    delete_protected: true,
    status: 'ok',
    type: 'server',
  });

const templateResource = (call: Call, row: TemplateRow): Resource =>
  resource(row.id, {
    ...shown(call, row.settings),
    name: row.name,
    creation_time: row.createdAt,
    status: row.status,
    cluster: { id: row.clusterId },
    cpu_profile: { id: clusterOf(call.db, row).cpuProfileId },
    large_icon: { id: call.db.iconIds.large },
    small_icon: { id: call.db.iconIds.small },
    quota: { id: call.db.quotaId },
  });

type Searched = TemplateRow | undefined;

/** Blank has no row; it is in every data center. */
const fields = (call: Call): Fields<Searched> => ({
  name: (row) => row?.name ?? 'Blank',
  id: (row) => row?.id ?? BLANK,
  cluster: (row) => row && clusterOf(call.db, row).name,
  datacenter: (row) =>
    row ? dataCenterOf(call.db, row)?.name : [...call.db.dataCenters.values()].map(({ name }) => name),
  description: (row) => String(row ? (row.settings.description ?? '') : 'Blank template'),
  status: (row) => row?.status ?? 'ok',
  'vm.name': (row) =>
    [...call.db.vms.values()].filter((vm) => (vm.templateId ?? BLANK) === (row?.id ?? BLANK)).map(({ name }) => name),
});

const show = (call: Call, row: Searched): Resource => (row ? templateResource(call, row) : blank(call));

/** The template of the path; undefined: Blank. */
function templateOfPath(call: Call): TemplateRow | undefined {
  const [id = ''] = call.route.ids;
  const found = call.db.templates.get(id);
  if (!found && id !== BLANK) throw unknownId();
  return found;
}

export const templates: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'template',
      select([undefined, ...call.db.templates.values()], fields(call), call.query).map((row) => show(call, row)),
    ),
  add: (call) => created(templateResource({ ...call, allContent: true }, addTemplate(call))),
};

export const template: Readonly<Record<string, Handler>> = {
  get: (call) => one(show(call, templateOfPath(call))),
  update: (call) => {
    const row = templateOfPath(call);
    if (!row) throw notModelled('a change of the template Blank');
    return one(templateResource(call, updateTemplate(call, row)));
  },
  remove: (call) => {
    const row = templateOfPath(call);
    if (!row) throw refused(409, 'Cannot remove Template. Removing Blank Template is not allowed.');
    return removed(call, removeTemplate(call, row));
  },
};

export const templateDiskAttachments: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const row = templateOfPath(call);
    return many(
      'disk_attachment',
      (row?.attachments ?? []).map((each) => attachmentResource(row?.id ?? BLANK, each)),
    );
  },
};

const attachmentResource = (id: string, each: TemplateRow['attachments'][number]): Resource => ({
  type: 'disk_attachment',
  service: 'template_disk_attachment',
  path: `/templates/${id}/diskattachments/${each.diskId}`,
  entity: {
    active: each.active,
    bootable: each.bootable,
    interface: each.interface,
    pass_discard: each.passDiscard,
    read_only: each.readOnly,
    uses_scsi_reservation: false,
    disk: { id: each.diskId },
    template: { id },
  },
});

export const templateNics: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const row = templateOfPath(call);
    return many(
      'nic',
      (row?.nics ?? []).map((nic) => ({
        type: 'nic',
        service: 'template_nic',
        path: `/templates/${row?.id ?? BLANK}/nics/${nic.id}`,
        entity: {
          name: nic.name,
          interface: nic.interface,
          linked: nic.linked,
          plugged: nic.plugged,
          ...(nic.profileId === undefined ? {} : { vnic_profile: { id: nic.profileId } }),
          template: { id: row?.id ?? BLANK },
        },
      })),
    );
  },
};
