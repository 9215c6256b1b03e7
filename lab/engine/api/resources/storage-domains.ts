import { freeBytes, usedBytes } from '../../../ovirt/vdsm/storage-domain.ts';
import { activateDomain, attachDomain, deactivateDomain, detachDomain } from '../commands/attached-domains.ts';
import { updateOvfStore } from '../commands/ovf-store.ts';
import { addStorageDomain, removeStorageDomain, updateStorageDomain } from '../commands/storage-domains.ts';
import type { DataCenterRow } from '../database/data-centers.ts';
import { connectionsOf } from '../database/storage-connections.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { domainsOf, vdsmDomain } from '../database/storage-domains.ts';
import { dataCenterStatus } from '../monitor/spm.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { complete, created, many, one, removed } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { byName, dataCenterOfPath } from './data-centers.ts';
import { connectionFields } from './storage-connections.ts';

const GiB = 1024 ** 3;

/** Space is told in whole gibibytes, as far as the storage can be read. */
function space(call: Call, row: DomainRow): Entity {
  const domain = vdsmDomain(call.lab, row);
  if (!domain) return {};
  const taken = usedBytes(domain);
  return {
    available: Math.floor(freeBytes(domain) / GiB) * GiB,
    committed: Math.floor(taken / GiB) * GiB,
    used: Math.ceil(taken / GiB) * GiB,
  };
}

function volumeGroup(call: Call, row: DomainRow): Entity {
  const lun = call.lab.luns.find((one) => one.wwid === row.lun);
  const domain = vdsmDomain(call.lab, row);
  const id = domain?.kind === 'block' ? domain.group.uuid : undefined;
  if (!lun) return {};
  const unit = {
    id: lun.wwid,
    lun_mapping: lun.number,
    paths: 0,
    product_id: lun.product,
    size: lun.size,
    storage_domain_id: row.id,
    vendor_id: lun.vendor,
    ...(id === undefined ? {} : { volume_group_id: id }),
  };
  // A LUN behind several portals is listed once for each.
  const ways = connectionsOf(call.db, row).map((connection) => {
    const { type, ...fields } = connectionFields(connection);
    return { ...unit, ...fields };
  });
  const units = ways.length > 0 ? ways : [unit];
  return { volume_group: { ...(id === undefined ? {} : { id }), logical_units: units } };
}

function storage(call: Call, row: DomainRow): Entity {
  const [connection] = connectionsOf(call.db, row);
  if (row.type === 'nfs') return connection ? connectionFields(connection) : { type: 'nfs' };
  return { type: row.type, ...volumeGroup(call, row) };
}

const common = (call: Call, row: DomainRow): Entity => ({
  name: row.name,
  description: row.description,
  comment: row.comment,
  ...space(call, row),
  backup: row.backup,
  block_size: 512,
  critical_space_action_blocker: row.criticalSpace,
  discard_after_delete: row.discardAfterDelete,
  external_status: 'ok',
  master: row.master,
  storage: storage(call, row),
  storage_format: 'v5',
  supports_discard: false,
  supports_discard_zeroes_data: false,
  type: 'data',
  warning_low_space_indicator: row.warningLowSpace,
  wipe_after_delete: row.wipeAfterDelete,
  ...(row.dataCenterId === undefined ? {} : { data_centers: [{ id: row.dataCenterId }] }),
});

/** At the root only a domain that is not attached shows a status. */
export const globalResource = (call: Call, row: DomainRow): Resource => ({
  type: 'storage_domain',
  service: 'storage_domain',
  path: `/storagedomains/${row.id}`,
  entity: { ...common(call, row), ...(row.dataCenterId === undefined ? { status: row.status } : {}) },
});

/** Under its data center it shows one; of an active domain nothing is known while nobody leads the pool. */
const attachedResource = (call: Call, dataCenter: DataCenterRow, row: DomainRow): Resource => ({
  type: 'storage_domain',
  service: 'attached_storage_domain',
  path: `/datacenters/${dataCenter.id}/storagedomains/${row.id}`,
  entity: {
    ...common(call, row),
    status: row.status === 'active' && dataCenterStatus(call.db, dataCenter) !== 'up' ? 'unknown' : row.status,
    data_center: { id: dataCenter.id },
  },
});

const fields = (call: Call): Fields<DomainRow> => ({
  name: (row) => row.name,
  id: (row) => row.id,
  comment: (row) => row.comment,
  type: () => 'data',
  status: (row) => row.status.replaceAll('_', ''),
  datacenter: (row) => call.db.dataCenters.get(row.dataCenterId ?? '')?.name,
  'datacenter.name': (row) => call.db.dataCenters.get(row.dataCenterId ?? '')?.name,
});

function byId(call: Call): DomainRow {
  const found = call.db.storageDomains.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

export const storageDomains: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'storage_domain',
      select(byName(call.db.storageDomains.values()), fields(call), call.query).map((row) => globalResource(call, row)),
    ),
  add: async (call) => created(globalResource(call, await addStorageDomain(call))),
};

export const storageDomain: Readonly<Record<string, Handler>> = {
  get: (call) => one(globalResource(call, byId(call))),
  update: (call) => one(globalResource(call, updateStorageDomain(call, byId(call)))),
  remove: async (call) => removed(call, await removeStorageDomain(call, byId(call))),
  update_ovf_store: (call) => {
    updateOvfStore(call, byId(call));
    return complete();
  },
};

function attached(call: Call): { dataCenter: DataCenterRow; row: DomainRow } {
  const dataCenter = dataCenterOfPath(call);
  const row = domainsOf(call.db, dataCenter).find((domain) => domain.id === call.route.ids[1]);
  if (!row) throw unknownId();
  return { dataCenter, row };
}

export const attachedStorageDomains: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const dataCenter = dataCenterOfPath(call);
    return many(
      'storage_domain',
      byName(domainsOf(call.db, dataCenter)).map((row) => attachedResource(call, dataCenter, row)),
    );
  },
  add: async (call) => {
    const dataCenter = dataCenterOfPath(call);
    return created(attachedResource(call, dataCenter, await attachDomain(call, dataCenter)));
  },
};

const job = (one: { id: string }): Entity => ({ job: { id: one.id } });

export const attachedStorageDomain: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { dataCenter, row } = attached(call);
    return one(attachedResource(call, dataCenter, row));
  },
  activate: async (call) => {
    const { dataCenter, row } = attached(call);
    return complete(job(await activateDomain(call, dataCenter, row)));
  },
  deactivate: (call) => {
    const { dataCenter, row } = attached(call);
    return complete(job(deactivateDomain(call, dataCenter, row)));
  },
  remove: async (call) => {
    const { dataCenter, row } = attached(call);
    return removed(call, await detachDomain(call, dataCenter, row));
  },
};
