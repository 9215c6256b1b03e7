/**
 * What the engine knows, as it lies in the database on its VM's disk: it comes and goes with that disk, survives the
 * engine process, and may differ from the world until the monitoring has looked.
 */
import type { HaStats } from '../../../ovirt/ha/stats.ts';
import { uuid } from '../../../ovirt/ids.ts';
import type { EngineImage } from '../../../ovirt/storage.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { AffinityGroupRow, AffinityLabelRow } from './affinity-groups.ts';
import type { AttachmentRow } from './attachments.ts';
import { newClusterSettings } from './cluster-settings.ts';
import { cpuTypeOf } from './cpu-types.ts';
import type { ClusterRow, DataCenterRow } from './data-centers.ts';
import { DEFAULT, dataCenterOf, insertDataCenter, newestLevel } from './data-centers.ts';
import type { DiskAttachmentRow } from './disk-attachments.ts';
import type { DiskRow } from './disks.ts';
import type { EngineEvent } from './events.ts';
import type { FenceAgentRow, PowerManagement } from './fencing.ts';
import type { Job } from './jobs.ts';
import type { MacPoolRow } from './mac-pools.ts';
import { defaultMacPool } from './mac-pools.ts';
import type { ClusterNetworkRow, NetworkRow, VnicProfileRow } from './networks.ts';
import { attachManagement } from './networks.ts';
import type { PermissionRow } from './permissions.ts';
import { stockPermissions } from './permissions.ts';
import type { RoleRow } from './roles.ts';
import { stockRoles } from './roles.ts';
import type { ConnectionRow } from './storage-connections.ts';
import type { DomainRow } from './storage-domains.ts';
import { adoptHostedStorage } from './storage-domains.ts';
import type { TagRow } from './tags.ts';
import type { TemplateRow } from './templates.ts';
import type { TransferRow } from './transfers.ts';
import type { VmRow } from './vms.ts';

export type HostStatus =
  | 'unassigned'
  | 'maintenance'
  | 'up'
  | 'non_responsive'
  | 'install_failed'
  | 'preparing_for_maintenance'
  | 'non_operational'
  | 'initializing'
  | 'connecting'
  | 'installing'
  | 'down'
  | 'reboot'
  | 'kdumping';

export interface HostRow {
  readonly id: string;
  name: string;
  comment: string;
  readonly address: string;
  readonly clusterId: string;
  readonly spmId: number;
  spmPriority: number;
  status: HostStatus;
  statusDetail?: string | undefined;
  /** Virtual time of the first unanswered look. */
  lostAt?: number | undefined;
  /** Virtual time since which it has not reached all storage of its data center. */
  storageLostAt?: number | undefined;
  /** Virtual time at which it was taken out of service for a network that it lacks. */
  networksLackedAt?: number | undefined;
  /** As of the last look at the host's statistics. */
  ha?: HaStats | undefined;
  statisticsAt?: number | undefined;
  power?: PowerManagement | undefined;
  /** Its networks are being set up. */
  networkBusy?: boolean | undefined;
  /** Virtual times of the last successful power operations. */
  powerUsed?: { readonly start?: number; readonly stop?: number; readonly restart?: number } | undefined;
  /** Until then the engine does not look at the host, which boots. */
  bootsUntil?: number | undefined;
  /** Treated since it became non responsive. */
  treated?: boolean | undefined;
  /** Looks at it since its VMs became unknown, counted up to their first restart from below zero. */
  unknownLooks?: number | undefined;
  /** What the last look for updates has found. */
  updateAvailable?: boolean | undefined;
  lookingForUpdates?: boolean | undefined;
}

export interface EngineDatabase {
  readonly image: EngineImage;
  readonly quotaId: string;
  /** Ids of what the engine's own VM has. */
  readonly ownIds: { readonly nicId: string; readonly snapshotId: string };
  readonly iconIds: { readonly small: string; readonly large: string };
  readonly userId: string;
  readonly createdAt: number;
  readonly dataCenters: Map<string, DataCenterRow>;
  readonly clusters: Map<string, ClusterRow>;
  readonly macPools: Map<string, MacPoolRow>;
  readonly storageDomains: Map<string, DomainRow>;
  readonly storageConnections: Map<string, ConnectionRow>;
  readonly disks: Map<string, DiskRow>;
  diskAttachments: DiskAttachmentRow[];
  readonly affinityGroups: Map<string, AffinityGroupRow>;
  readonly affinityLabels: Map<string, AffinityLabelRow>;
  readonly permissions: PermissionRow[];
  readonly roles: Map<string, RoleRow>;
  readonly tags: Map<string, TagRow>;
  readonly templates: Map<string, TemplateRow>;
  readonly transfers: Map<string, TransferRow>;
  readonly hosts: Map<string, HostRow>;
  readonly fenceAgents: Map<string, FenceAgentRow>;
  readonly attachments: AttachmentRow[];
  /** Ids of interfaces by host and name. */
  readonly nicIds: Map<string, string>;
  /** Labels of hosts' interfaces by the interface's id. */
  readonly nicLabels: Map<string, Set<string>>;
  readonly networks: Map<string, NetworkRow>;
  readonly clusterNetworks: ClusterNetworkRow[];
  readonly vnicProfiles: Map<string, VnicProfileRow>;
  readonly vms: Map<string, VmRow>;
  readonly events: EngineEvent[];
  readonly jobs: Map<string, Job>;
  /** The cluster that the engine's own VM belongs to. */
  engineClusterId: string;
  /** The engine VM's migration, by the id of the host it goes to. */
  engineVmMigratingTo?: string | undefined;
  /** The host that ran the engine, and the one that did before the engine's last start. */
  engineHostId?: string | undefined;
  previousEngineHostId?: string | undefined;
  lastEvent: number;
}

const databases = new WeakMap<EngineImage, EngineDatabase>();

/** What an installation begins with: the stock data center and cluster, and those that the deployment was asked for. */
function stock(lab: Lab, db: EngineDatabase, name: { dataCenter: string; cluster: string }): ClusterRow {
  const { dataCenter, cluster } = name;
  const [pool] = db.macPools.keys();
  const description = dataCenter === DEFAULT ? 'The default Data Center' : undefined;
  const owner =
    [...db.dataCenters.values()].find((row) => row.name === dataCenter) ??
    insertDataCenter(lab, db, { name: dataCenter, description });
  const made: ClusterRow = {
    id: uuid(lab),
    name: cluster,
    dataCenterId: owner.id,
    macPoolId: pool ?? '',
    cpuProfileId: uuid(lab),
    version: newestLevel,
    cpu: { architecture: 'undefined', type: '' },
    settings: newClusterSettings(cluster === DEFAULT ? 'The default server cluster' : '', true),
  };
  db.clusters.set(made.id, made);
  attachManagement(db, made);
  return made;
}

function make(lab: Lab, image: EngineImage): EngineDatabase {
  const pool = defaultMacPool(lab);
  const userId = uuid(lab);
  const db: EngineDatabase = {
    image,
    quotaId: uuid(lab),
    ownIds: { nicId: uuid(lab), snapshotId: uuid(lab) },
    iconIds: { small: uuid(lab), large: uuid(lab) },
    userId,
    createdAt: lab.clock.now(),
    dataCenters: new Map(),
    clusters: new Map(),
    macPools: new Map([[pool.id, pool]]),
    storageDomains: new Map(),
    storageConnections: new Map(),
    disks: new Map(),
    diskAttachments: [],
    affinityGroups: new Map(),
    affinityLabels: new Map(),
    permissions: stockPermissions(lab, userId),
    roles: stockRoles(),
    tags: new Map(),
    templates: new Map(),
    transfers: new Map(),
    engineClusterId: '',
    hosts: new Map(),
    fenceAgents: new Map(),
    attachments: [],
    nicIds: new Map(),
    nicLabels: new Map(),
    networks: new Map(),
    clusterNetworks: [],
    vnicProfiles: new Map(),
    vms: new Map(),
    events: [],
    jobs: new Map(),
    lastEvent: 0,
  };
  db.engineClusterId = stock(lab, db, image).id;
  if (image.cluster !== DEFAULT) stock(lab, db, { dataCenter: DEFAULT, cluster: DEFAULT });
  return db;
}

/** The database of an engine disk. Hosts that the deployment put into the engine are in it, up as it left them. */
export function databaseOf(lab: Lab, image: EngineImage): EngineDatabase {
  let db = databases.get(image);
  if (!db) {
    db = make(lab, image);
    databases.set(image, db);
  }
  adoptHostedStorage(lab, db, () => uuid(lab));
  for (const [name, known] of image.hosts) {
    if ([...db.hosts.values()].some((row) => row.name === name)) continue;
    const row: HostRow = {
      id: uuid(lab),
      name,
      comment: '',
      address: known.address,
      clusterId: db.engineClusterId,
      spmId: known.spmId,
      spmPriority: 5,
      status: 'up',
    };
    db.hosts.set(row.id, row);
    giveCpuType(lab, db, row);
    const spm = dataCenterOf(db, row)?.spm;
    if (spm?.hostId === undefined && spm) Object.assign(spm, { hostId: row.id, state: 'spm' });
  }
  return db;
}

export interface NewHost {
  readonly name: string;
  readonly address: string;
  readonly comment: string;
  readonly clusterId: string;
  readonly spmPriority: number;
}

/** A new row with the lowest free SPM id, which becomes the hosted engine's host id as well. */
export function insertHost(lab: Lab, db: EngineDatabase, host: NewHost): HostRow {
  const taken = new Set([...db.hosts.values()].map((row) => row.spmId));
  let spmId = 1;
  while (taken.has(spmId)) spmId += 1;
  const row: HostRow = { id: uuid(lab), ...host, spmId, status: 'installing' };
  db.hosts.set(row.id, row);
  db.image.hosts.set(row.name, { address: row.address, spmId, hostedEngine: false });
  return row;
}

export function removeHost(db: EngineDatabase, row: HostRow): void {
  db.hosts.delete(row.id);
  db.image.hosts.delete(row.name);
  for (const { hostIds } of db.affinityLabels.values()) hostIds.delete(row.id);
  for (const agent of db.fenceAgents.values()) if (agent.hostId === row.id) db.fenceAgents.delete(agent.id);
  const spm = dataCenterOf(db, row)?.spm;
  if (spm?.hostId === row.id) Object.assign(spm, { hostId: undefined, state: 'none' });
}

/** Gives a host another name, in what outlives the engine's process too. */
export function renameHost(db: EngineDatabase, row: HostRow, name: string): void {
  const kept = db.image.hosts.get(row.name);
  if (kept === undefined || name === row.name) return;
  db.image.hosts.delete(row.name);
  db.image.hosts.set(name, kept);
  row.name = name;
}

/** Takes a VM out of the database, with its labels. */
export function removeVmRow(db: EngineDatabase, id: string): void {
  db.vms.delete(id);
  for (const { vmIds } of db.affinityLabels.values()) vmIds.delete(id);
}

/** A cluster without a CPU type gets that of its first host (engine: HandleVdsCpuFlagsOrClusterChangedCommand). */
export function giveCpuType(lab: Lab, db: EngineDatabase, row: HostRow): void {
  const cluster = db.clusters.get(row.clusterId);
  const machine = machineAt(lab, row.address);
  if (cluster?.cpu.type !== '' || machine === undefined) return;
  cluster.cpu = { architecture: 'x86_64', type: cpuTypeOf(machine) };
}

/** The machine behind an address, by the zone of the datacentre or by its IP address. */
export function machineAt(lab: Lab, address: string): LabHost | undefined {
  const addresses = lab.dns.answering ? (lab.dns.forward.get(address) ?? [address]) : [address];
  return [...lab.hosts.values()].find((host) => addresses.includes(host.address));
}
