/**
 * What the engine knows, as it lies in the database on its VM's disk: it comes and goes with that disk, survives the
 * engine process, and may differ from the world until the monitoring has looked.
 */
import type { HaStats } from '../../../ovirt/ha/stats.ts';
import { uuid } from '../../../ovirt/ids.ts';
import type { EngineImage } from '../../../ovirt/storage.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { EngineEvent } from './events.ts';
import type { Job } from './jobs.ts';

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
  | 'installing';

export interface HostRow {
  readonly id: string;
  readonly name: string;
  comment: string;
  readonly address: string;
  readonly spmId: number;
  spmPriority: number;
  status: HostStatus;
  statusDetail?: string | undefined;
  /** Virtual time of the first unanswered look. */
  lostAt?: number | undefined;
  /** As of the last look at the host's statistics. */
  ha?: HaStats | undefined;
  statisticsAt?: number | undefined;
}

/** A VM that the engine manages besides its own. */
export interface VmRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly memory: number;
  readonly sockets: number;
  readonly bootDevices: readonly string[];
  readonly highlyAvailable: boolean;
  readonly createdAt: number;
  /** Where the engine runs it. */
  hostId?: string | undefined;
  migratingTo?: string | undefined;
  startedAt?: number | undefined;
  stoppedAt?: number | undefined;
  /** Someone asked it to end; its end is then no surprise. */
  ending?: boolean | undefined;
}

/** Which host leads the storage pool, and how far its election is. */
export interface Spm {
  hostId: string | undefined;
  state: 'none' | 'contending' | 'spm';
  since: number;
}

export interface EngineDatabase {
  readonly image: EngineImage;
  readonly dataCenterId: string;
  readonly clusterId: string;
  readonly macPoolId: string;
  readonly cpuProfileId: string;
  readonly quotaId: string;
  readonly schedulingPolicyId: string;
  readonly iconIds: { readonly small: string; readonly large: string };
  readonly userId: string;
  readonly createdAt: number;
  readonly hosts: Map<string, HostRow>;
  readonly vms: Map<string, VmRow>;
  readonly events: EngineEvent[];
  readonly jobs: Map<string, Job>;
  readonly spm: Spm;
  /** The engine VM's migration, by the id of the host it goes to. */
  engineVmMigratingTo?: string | undefined;
  lastEvent: number;
}

const databases = new WeakMap<EngineImage, EngineDatabase>();

function make(lab: Lab, image: EngineImage): EngineDatabase {
  return {
    image,
    dataCenterId: uuid(lab),
    clusterId: uuid(lab),
    macPoolId: uuid(lab),
    cpuProfileId: uuid(lab),
    quotaId: uuid(lab),
    // The built-in policy "none" has the same id in every installation.
    schedulingPolicyId: 'b4ed2332-a7ac-4d5f-9596-99a439cb2812',
    iconIds: { small: uuid(lab), large: uuid(lab) },
    userId: uuid(lab),
    createdAt: lab.clock.now(),
    hosts: new Map(),
    vms: new Map(),
    events: [],
    jobs: new Map(),
    spm: { hostId: undefined, state: 'none', since: lab.clock.now() },
    lastEvent: 0,
  };
}

/** The database of an engine disk. Hosts that the deployment put into the engine are in it, up as it left them. */
export function databaseOf(lab: Lab, image: EngineImage): EngineDatabase {
  let db = databases.get(image);
  if (!db) {
    db = make(lab, image);
    databases.set(image, db);
  }
  for (const [name, known] of image.hosts) {
    if ([...db.hosts.values()].some((row) => row.name === name)) continue;
    const row: HostRow = {
      id: uuid(lab),
      name,
      comment: '',
      address: known.address,
      spmId: known.spmId,
      spmPriority: 5,
      status: 'up',
    };
    db.hosts.set(row.id, row);
    if (db.spm.hostId === undefined) Object.assign(db.spm, { hostId: row.id, state: 'spm' });
  }
  return db;
}

export interface NewHost {
  readonly name: string;
  readonly address: string;
  readonly comment: string;
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
  if (db.spm.hostId === row.id) Object.assign(db.spm, { hostId: undefined, state: 'none' });
}

/** The machine behind an address, by the zone of the datacentre or by its IP address. */
export function machineAt(lab: Lab, address: string): LabHost | undefined {
  const addresses = lab.dns.answering ? (lab.dns.forward.get(address) ?? [address]) : [address];
  return [...lab.hosts.values()].find((host) => addresses.includes(host.address));
}
