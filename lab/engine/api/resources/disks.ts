import { addDisk, removeDisk } from '../commands/disks.ts';
import { copyDisk, moveDisk } from '../commands/move-disk.ts';
import { updateDisk } from '../commands/update-disk.ts';
import type { DiskRow } from '../database/disks.ts';
import { vmsWith } from '../database/disks.ts';
import { vdsmDomain } from '../database/storage-domains.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { complete, created, many, one, removed } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';

export function diskResource(call: Call, row: DiskRow): Resource {
  const domain = call.db.storageDomains.get(row.domainId);
  const volume = domain && vdsmDomain(call.lab, domain)?.volumes.get(row.imageId);
  const size = volume?.place.size ?? 0;
  const all = [...((domain && vdsmDomain(call.lab, domain)?.volumes.values()) ?? [])];
  const total = all.reduce((sum, one) => sum + (one.image === row.id ? one.place.size : 0), 0);
  return {
    type: 'disk',
    service: 'disk',
    path: `/disks/${row.id}`,
    entity: {
      name: row.alias,
      description: row.description,
      actual_size: size,
      alias: row.alias,
      backup: 'none',
      content_type: row.contentType,
      format: row.format,
      image_id: row.imageId,
      propagate_errors: false,
      provisioned_size: row.provisionedSize,
      shareable: row.shareable,
      sparse: row.sparse,
      status: row.status,
      storage_type: 'image',
      total_size: total,
      wipe_after_delete: row.wipeAfterDelete,
      ...(domain ? { disk_profile: { id: domain.diskProfileId } } : {}),
      quota: { id: call.db.quotaId },
      storage_domains: [{ id: row.domainId }],
    },
  };
}

const fields = (call: Call): Fields<DiskRow> => ({
  name: (row) => row.alias,
  alias: (row) => row.alias,
  id: (row) => row.id,
  description: (row) => row.description,
  disk_type: () => 'image',
  disk_content_type: (row) => row.contentType,
  status: (row) => row.status,
  'storage.name': (row) => call.db.storageDomains.get(row.domainId)?.name,
  vm_names: (row) => vmsWith(call.db, row).map((vm) => vm.name),
  number_of_vms: (row) => vmsWith(call.db, row).length,
});

const byAlias = (rows: Iterable<DiskRow>): DiskRow[] => [...rows].sort((a, b) => a.alias.localeCompare(b.alias));

function existing(call: Call): DiskRow {
  const found = call.db.disks.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

export const disks: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'disk',
      select(byAlias(call.db.disks.values()), fields(call), call.query).map((row) => diskResource(call, row)),
    ),
  add: (call) => created(diskResource(call, addDisk(call, call.body))),
};

export const disk: Readonly<Record<string, Handler>> = {
  get: (call) => one(diskResource(call, existing(call))),
  update: (call) => one(diskResource(call, updateDisk(call, existing(call)))),
  remove: (call) => removed(call, removeDisk(call, existing(call))),
  move: (call) => complete({ job: { id: moveDisk(call, existing(call)).id } }),
  copy: (call) => complete({ job: { id: copyDisk(call, existing(call)).id } }),
};

/** The disks of one domain. */
export const storageDomainDisks: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const [domain] = call.route.ids;
    if (!call.db.storageDomains.has(domain ?? '')) throw unknownId();
    const rows = byAlias(call.db.disks.values()).filter((row) => row.domainId === domain);
    return many(
      'disk',
      rows.map((row) => diskResource(call, row)),
    );
  },
};
