import { addVnicProfile, removeVnicProfile, updateVnicProfile } from '../commands/vnic-profiles.ts';
import type { NetworkFilter } from '../database/network-filters.ts';
import { networkFilters as known } from '../database/network-filters.ts';
import type { VnicProfileRow } from '../database/networks.ts';
import type { Call, Handler, Reply, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

const profileResource = (row: VnicProfileRow, under = ''): Resource => ({
  type: 'vnic_profile',
  service: 'vnic_profile',
  path: `${under}/vnicprofiles/${row.id}`,
  entity: {
    name: row.name,
    description: row.description,
    pass_through: { mode: row.passThrough },
    port_mirroring: row.portMirroring,
    network: { id: row.networkId },
    ...(row.filterId === undefined ? {} : { network_filter: { id: row.filterId } }),
  },
});

function profile(call: Call): VnicProfileRow {
  const found = call.db.vnicProfiles.get(call.route.ids.at(-1) ?? '');
  if (!found) throw unknownId();
  return found;
}

const addProfile = (call: Call): Reply => {
  const row = addVnicProfile(call);
  return created(profileResource(row, `/networks/${row.networkId}`));
};

export const vnicProfiles: Readonly<Record<string, Handler>> = {
  // A search is understood here by nobody, and finds nothing.
  list: ({ db, query }) =>
    many('vnic_profile', query.has('search') ? [] : [...db.vnicProfiles.values()].map((row) => profileResource(row))),
  add: addProfile,
};

export const vnicProfile: Readonly<Record<string, Handler>> = {
  get: (call) => one(profileResource(profile(call))),
  update: (call) => one(profileResource(updateVnicProfile(call, profile(call)))),
  remove: (call) => {
    removeVnicProfile(call, profile(call));
    return removed(call);
  },
};

export const assignedVnicProfiles: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const row = call.db.networks.get(call.route.ids[0] ?? '');
    if (!row) throw unknownId();
    const rows = [...call.db.vnicProfiles.values()].filter(({ networkId }) => networkId === row.id);
    return many(
      'vnic_profile',
      rows.map((each) => profileResource(each)),
    );
  },
  add: addProfile,
};

const filterResource = (row: NetworkFilter): Resource => ({
  type: 'network_filter',
  service: 'network_filter',
  path: `/networkfilters/${row.id}`,
  entity: { name: row.name, version: { ...row.version } },
});

/** All of them, or under a cluster those of its level: the levels of today have them all. */
export const networkFilters: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const [cluster] = call.route.ids;
    if (cluster !== undefined && !call.db.clusters.has(cluster)) throw unknownId();
    return many('network_filter', known.map(filterResource));
  },
};

export const networkFilter: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const found = known.find((row) => row.id === call.route.ids.at(-1));
    if (!found) throw unknownId();
    return one(filterResource(found));
  },
};
