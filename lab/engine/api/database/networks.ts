import { uuid } from '../../../ovirt/ids.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from './database.ts';
import { USUAL_FILTER } from './network-filters.ts';

/** The network that every data center is born with. */
export const MANAGEMENT = 'ovirtmgmt';

export interface NetworkRow {
  readonly id: string;
  readonly dataCenterId: string;
  name: string;
  description: string;
  comment: string;
  vlan?: number | undefined;
  /** 0 is the usual one. */
  mtu: number;
  stp: boolean;
  /** VMs may be connected to it. */
  vm: boolean;
  /** NICs of hosts that carry the same label are meant to have it. */
  label?: string | undefined;
}

/** What a network is used for in a cluster besides VMs; each by one network only. */
export const roles = ['display', 'migration', 'management', 'gluster', 'default_route'] as const;
export type Role = (typeof roles)[number];

/** A network in a cluster. */
export interface ClusterNetworkRow {
  readonly clusterId: string;
  readonly networkId: string;
  required: boolean;
  roles: ReadonlySet<Role>;
}

/** How a VM's NIC is connected to a network. */
export interface VnicProfileRow {
  readonly id: string;
  readonly networkId: string;
  name: string;
  description?: string | undefined;
  passThrough: string;
  portMirroring: boolean;
  filterId: string | undefined;
}

export function insertProfile(
  lab: Lab,
  db: EngineDatabase,
  made: Pick<VnicProfileRow, 'networkId' | 'name'> & Partial<VnicProfileRow>,
): VnicProfileRow {
  const row: VnicProfileRow = {
    passThrough: 'disabled',
    portMirroring: false,
    filterId: USUAL_FILTER,
    ...made,
    id: uuid(lab),
  };
  db.vnicProfiles.set(row.id, row);
  return row;
}

/** Makes a network; one for VMs gets a profile of its name unless that is not wanted. */
export function insertNetwork(
  lab: Lab,
  db: EngineDatabase,
  made: Pick<NetworkRow, 'dataCenterId' | 'name'> & Partial<NetworkRow>,
  profile = true,
): NetworkRow {
  const row: NetworkRow = { description: '', comment: '', mtu: 0, stp: false, vm: true, ...made, id: uuid(lab) };
  db.networks.set(row.id, row);
  if (row.vm && profile) insertProfile(lab, db, { networkId: row.id, name: row.name });
  return row;
}

export const networksOf = (db: EngineDatabase, dataCenterId: string): NetworkRow[] =>
  [...db.networks.values()].filter((row) => row.dataCenterId === dataCenterId);

export const networksIn = (db: EngineDatabase, clusterId: string): ClusterNetworkRow[] =>
  db.clusterNetworks.filter((one) => one.clusterId === clusterId);

/** A new cluster begins with the management network in all roles. */
export function attachManagement(
  db: EngineDatabase,
  cluster: { readonly id: string; readonly dataCenterId?: string | undefined },
): void {
  const network = networksOf(db, cluster.dataCenterId ?? '').find((row) => row.name === MANAGEMENT);
  if (!network) return;
  db.clusterNetworks.push({
    clusterId: cluster.id,
    networkId: network.id,
    required: true,
    roles: new Set<Role>(['display', 'migration', 'management', 'default_route']),
  });
}

export const insertManagement = (lab: Lab, db: EngineDatabase, dataCenter: { readonly id: string }): NetworkRow =>
  insertNetwork(lab, db, { dataCenterId: dataCenter.id, name: MANAGEMENT, description: 'Management Network' });

/** What belongs to a cluster or a network goes with it. */
export function forgetNetworks(db: EngineDatabase, gone: (one: ClusterNetworkRow) => boolean): void {
  for (let at = db.clusterNetworks.length - 1; at >= 0; at -= 1) {
    const one = db.clusterNetworks[at];
    if (one && gone(one)) db.clusterNetworks.splice(at, 1);
  }
}
