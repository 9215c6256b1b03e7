import type { EngineDatabase } from '../database/database.ts';
import { dataCenterStatus } from '../monitor/spm.ts';
import type { Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';

const LEVEL = { major: 4, minor: 3 } as const;

export function dataCenterResource(db: EngineDatabase): Resource {
  return {
    type: 'data_center',
    service: 'data_center',
    path: `/datacenters/${db.dataCenterId}`,
    entity: {
      name: db.image.dataCenter,
      description: '',
      local: false,
      quota_mode: 'disabled',
      status: dataCenterStatus(db),
      storage_format: 'v5',
      supported_versions: [LEVEL],
      version: LEVEL,
      mac_pool: { id: db.macPoolId },
    },
  };
}

const fields: Fields<EngineDatabase> = {
  name: (db) => db.image.dataCenter,
  id: (db) => db.dataCenterId,
  status: (db) => dataCenterStatus(db),
  'clusters.name': (db) => db.image.cluster,
  storage: () => 'hosted_storage',
  'storage.name': () => 'hosted_storage',
};

export const dataCenters: Readonly<Record<string, Handler>> = {
  list: ({ db, query }) => many('data_center', select([db], fields, query).map(dataCenterResource)),
};

export const dataCenter: Readonly<Record<string, Handler>> = {
  get: ({ db, route }) => {
    if (route.ids[0] !== db.dataCenterId) throw unknownId();
    return one(dataCenterResource(db));
  },
};
