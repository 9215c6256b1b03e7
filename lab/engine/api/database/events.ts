import { uuid } from '../../../ovirt/ids.ts';
import type { Lab } from '../../../types.ts';
import type { ClusterRow, DataCenterRow } from './data-centers.ts';
import { clusterOf, dataCenterOf } from './data-centers.ts';
import type { EngineDatabase, HostRow } from './database.ts';

export type Severity = 'normal' | 'warning' | 'error' | 'alert';

export interface NamedReference {
  readonly id?: string;
  readonly name: string;
}

export interface EngineEvent {
  readonly index: number;
  readonly code: number;
  readonly severity: Severity;
  readonly time: number;
  readonly description: string;
  readonly correlationId?: string;
  readonly origin: string;
  readonly customId: number;
  readonly host?: NamedReference;
  readonly vm?: NamedReference;
  readonly cluster?: NamedReference;
  readonly dataCenter?: NamedReference;
  readonly storageDomain?: NamedReference;
  readonly user?: NamedReference;
}

/** Kinds of event that are not `normal`, by code. */
const severities: Readonly<Record<number, Severity>> = {
  12: 'error',
  17: 'error',
  54: 'error',
  64: 'error',
  65: 'error',
  69: 'error',
  96: 'error',
  99: 'error',
  101: 'error',
  119: 'error',
  120: 'error',
  140: 'error',
  142: 'warning',
  166: 'warning',
  357: 'error',
  454: 'warning',
  455: 'warning',
  505: 'error',
  507: 'error',
  511: 'error',
  519: 'warning',
  521: 'error',
  652: 'error',
  522: 'warning',
  19: 'error',
  107: 'error',
  118: 'error',
  122: 'error',
  137: 'error',
  839: 'error',
  841: 'error',
  886: 'warning',
  887: 'warning',
  890: 'warning',
  980: 'warning',
  1034: 'error',
  1064: 'error',
  1065: 'error',
  1067: 'error',
  1069: 'error',
  1070: 'error',
  1071: 'error',
  1072: 'error',
  1110: 'warning',
  1147: 'error',
  1111: 'error',
  9000: 'alert',
  9001: 'alert',
  9002: 'alert',
  9003: 'alert',
  9008: 'warning',
  9014: 'alert',
  9015: 'alert',
  9019: 'error',
  9021: 'warning',
  9027: 'warning',
  9602: 'error',
  9603: 'error',
  9605: 'error',
  10453: 'warning',
  10454: 'warning',
  10900: 'error',
  10904: 'error',
  10905: 'error',
};

export interface Told {
  readonly code: number;
  readonly text: string;
  readonly correlationId?: string | undefined;
  readonly host?: HostRow | undefined;
  readonly vm?: NamedReference | undefined;
  readonly cluster?: ClusterRow | undefined;
  readonly dataCenter?: DataCenterRow | undefined;
  readonly storageDomain?: NamedReference | undefined;
  /** The name of the user who did it; without one the system did. */
  readonly user?: string | undefined;
  readonly origin?: string;
  readonly customId?: number;
  readonly severity?: Severity;
}

/** The engine's first line; it belongs to no command. */
const STARTED = 1;

/** A host on its way to maintenance is told of by its cluster alone. */
const clusterOnly = new Set([600, 620]);

/** The place of what an event is about: that of its host, of its VM, or what the event names itself. */
function placeOf(db: EngineDatabase, told: Told): Pick<EngineEvent, 'cluster' | 'dataCenter'> {
  const vm = told.vm && (db.vms.get(told.vm.id ?? '') ?? { clusterId: db.engineClusterId });
  const member = told.host ?? vm;
  const known = member !== undefined && db.clusters.has(member.clusterId) ? member : undefined;
  const cluster = told.cluster ?? (known && clusterOf(db, known));
  const dataCenter = told.dataCenter ?? (known && dataCenterOf(db, known));
  return {
    ...(cluster ? { cluster: { id: cluster.id, name: cluster.name } } : {}),
    ...(dataCenter && !clusterOnly.has(told.code) ? { dataCenter: { id: dataCenter.id, name: dataCenter.name } } : {}),
  };
}

const id = (one: NamedReference): { id?: string } => (one.id === undefined ? {} : { id: one.id });

/** Writes a line of the audit log; what no client has asked for gets a short correlation id of its own. */
export function tell(lab: Lab, db: EngineDatabase, told: Told): EngineEvent {
  db.lastEvent += 1;
  const own = told.origin === undefined && told.code !== STARTED ? uuid(lab).slice(0, 8) : undefined;
  const correlationId = told.correlationId ?? own;
  const event: EngineEvent = {
    index: db.lastEvent,
    code: told.code,
    severity: told.severity ?? severities[told.code] ?? 'normal',
    time: Math.floor(lab.clock.now()),
    description: told.text,
    origin: told.origin ?? 'oVirt',
    customId: told.customId ?? -1,
    user: told.user === undefined ? { name: 'SYSTEM' } : { id: db.userId, name: told.user },
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(told.host ? { host: { id: told.host.id, name: told.host.name } } : {}),
    ...(told.vm ? { vm: told.vm } : {}),
    ...(told.storageDomain ? { storageDomain: { ...id(told.storageDomain), name: told.storageDomain.name } } : {}),
    ...placeOf(db, told),
  };
  db.events.push(event);
  return event;
}

export const userName = (user: { name: string; profile: string }): string => `${user.name}@${user.profile}-authz`;
