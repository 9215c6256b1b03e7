import { anyStorage, storageOn } from '../../../ovirt/storage.ts';
import type { Lab } from '../../../types.ts';
import type { DataCenterRow } from '../database/data-centers.ts';
import { dataCenterOf } from '../database/data-centers.ts';
import { dataCenterStatus } from '../monitor/spm.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { dataCenterOfPath } from './data-centers.ts';

const NAME = 'hosted_storage';
const GiB = 1024 ** 3;

interface Domain {
  readonly id: string;
  readonly entity: Entity;
}

/** The hosted engine's own domain, which is the data center's master as long as it is the only one. */
function hostedStorageDomain(lab: Lab): Domain | undefined {
  const storage = anyStorage(lab);
  const lun = lab.luns.find((one) => storage !== undefined && storageOn(one) === storage);
  const group = lun?.group;
  if (!storage || !lun || !group) return undefined;
  const taken = group.volumes.reduce((sum, volume) => sum + volume.size, 0);
  return {
    id: storage.volumes.domain,
    entity: {
      name: NAME,
      description: '',
      comment: '',
      available: Math.floor((group.size - taken) / GiB) * GiB,
      backup: false,
      block_size: 512,
      committed: Math.floor(taken / GiB) * GiB,
      critical_space_action_blocker: 5,
      discard_after_delete: false,
      external_status: 'ok',
      master: true,
      storage: {
        type: 'fcp',
        volume_group: {
          id: group.uuid,
          logical_units: [
            {
              id: lun.wwid,
              lun_mapping: lun.number,
              paths: 0,
              product_id: lun.product,
              size: lun.size,
              storage_domain_id: storage.volumes.domain,
              vendor_id: lun.vendor,
              volume_group_id: group.uuid,
            },
          ],
        },
      },
      storage_format: 'v5',
      supports_discard: false,
      supports_discard_zeroes_data: false,
      type: 'data',
      used: Math.ceil(taken / GiB) * GiB,
      warning_low_space_indicator: 10,
      wipe_after_delete: false,
    },
  };
}

/** At the root a domain that is attached shows no status. */
function globalResource(call: Call, domain: Domain): Resource {
  return {
    type: 'storage_domain',
    service: 'storage_domain',
    path: `/storagedomains/${domain.id}`,
    entity: { ...domain.entity, data_centers: [{ id: ownDataCenter(call)?.id ?? '' }] },
  };
}

/** Under its data center it shows one, which follows the storage pool's manager. */
function attachedResource(call: Call, domain: Domain): Resource {
  const { db } = call;
  const owner = dataCenterOfPath(call);
  return {
    type: 'storage_domain',
    service: 'attached_storage_domain',
    path: `/datacenters/${owner.id}/storagedomains/${domain.id}`,
    entity: {
      ...domain.entity,
      status: dataCenterStatus(db, owner) === 'up' ? 'active' : 'unknown',
      data_center: { id: owner.id },
      data_centers: [{ id: owner.id }],
    },
  };
}

const fields: Fields<Domain> = {
  name: () => NAME,
  id: (domain) => domain.id,
  type: () => 'data',
  status: () => undefined,
};

const domains = (call: Call): Domain[] => [hostedStorageDomain(call.lab)].filter((one) => one !== undefined);

function byId(call: Call): Domain {
  const found = domains(call).find((domain) => domain.id === call.route.ids.at(-1));
  if (!found) throw unknownId();
  return found;
}

const ownDataCenter = (call: Call): DataCenterRow | undefined =>
  dataCenterOf(call.db, { clusterId: call.db.engineClusterId });

const inDataCenter = (call: Call): Domain[] => (dataCenterOfPath(call) === ownDataCenter(call) ? domains(call) : []);

export const storageDomains: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'storage_domain',
      select(domains(call), fields, call.query).map((domain) => globalResource(call, domain)),
    ),
};

export const storageDomain: Readonly<Record<string, Handler>> = {
  get: (call) => one(globalResource(call, byId(call))),
};

export const attachedStorageDomains: Readonly<Record<string, Handler>> = {
  list: (call) => {
    return many(
      'storage_domain',
      inDataCenter(call).map((domain) => attachedResource(call, domain)),
    );
  },
};

export const attachedStorageDomain: Readonly<Record<string, Handler>> = {
  get: (call) => {
    if (inDataCenter(call).length === 0) throw unknownId();
    return one(attachedResource(call, byId(call)));
  },
};
