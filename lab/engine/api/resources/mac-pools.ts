import { addMacPool, removeMacPool } from '../commands/mac-pools.ts';
import type { MacPoolRow } from '../database/mac-pools.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

const poolResource = (row: MacPoolRow): Resource => ({
  type: 'mac_pool',
  service: 'mac_pool',
  path: `/macpools/${row.id}`,
  entity: {
    name: row.name,
    description: row.description,
    allow_duplicates: row.allowDuplicates,
    default_pool: row.defaultPool,
    ranges: row.ranges.map((range) => ({ ...range })),
  },
});

function existing(call: Call): MacPoolRow {
  const found = call.db.macPools.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

export const macPools: Readonly<Record<string, Handler>> = {
  list: ({ db }) => many('mac_pool', [...db.macPools.values()].map(poolResource)),
  add: (call) => created(poolResource(addMacPool(call))),
};

export const macPool: Readonly<Record<string, Handler>> = {
  get: (call) => one(poolResource(existing(call))),
  remove: (call) => {
    removeMacPool(call, existing(call));
    return removed(call);
  },
};
