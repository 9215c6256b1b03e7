/** What the HA agents publish of one host, from `hosted-engine --vm-status`. */
export interface HostStatus {
  readonly hostId: number;
  readonly hostName: string;
  /** False: the values are the last known ones. */
  readonly live: boolean;
  readonly vm: string;
  readonly health: string;
  readonly detail: string;
  readonly reason?: string;
  readonly score: number;
  readonly stopped: boolean;
  readonly localMaintenance: boolean;
  /** `EngineUp`; only inside the extra metadata. */
  readonly state?: string;
}

export interface VmStatus {
  readonly globalMaintenance: boolean;
  readonly hosts: readonly HostStatus[];
}

/** Running, answering, not on its way down, and seen just now. `vm: up` alone also covers booting and paused. */
export function engineIsHealthy(host: HostStatus): boolean {
  return host.live && host.vm === 'up' && host.health === 'good' && host.detail === 'Up';
}

/** Undefined when it is no JSON document: with the broker down, 4.3 prints a Python traceback instead. */
export function parseVmStatusJson(text: string): VmStatus | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith('{'));
  if (line === undefined) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(document)) return undefined;
  const hosts = Object.entries(document).flatMap(([key, value]) =>
    /^\d+$/.test(key) && isRecord(value) ? [hostFromJson(value)] : [],
  );
  return { globalMaintenance: document.global_maintenance === true, hosts };
}

function hostFromJson(host: Record<string, unknown>): HostStatus {
  const engine = isRecord(host['engine-status']) ? host['engine-status'] : {};
  const state = stateOf(word(host.extra));
  return {
    hostId: Number(host['host-id']),
    hostName: word(host.hostname),
    live: host['live-data'] === true,
    ...engineStatus(engine),
    score: Number(host.score),
    stopped: host.stopped === true,
    localMaintenance: host.maintenance === true,
    ...(state !== undefined && { state }),
  };
}

/** The text form, by labels: the order of lines and of the status' keys differs between versions. */
export function parseVmStatusText(text: string): VmStatus {
  const hosts = text
    .split(/^--== Host .*? status ==--$/m)
    .slice(1)
    .map((block) => {
      const value = (label: string) => new RegExp(`^${label}\\s*: (.*)$`, 'm').exec(block)?.[1]?.trim() ?? '';
      const state = stateOf(block);
      return {
        hostId: Number(value('Host ID')),
        hostName: value('Hostname'),
        live: value('Status up-to-date') === 'True',
        ...engineStatus(parseObject(value('Engine status'))),
        score: Number(value('Score')),
        stopped: value('stopped') === 'True',
        localMaintenance: value('Local maintenance') === 'True',
        ...(state !== undefined && { state }),
      };
    });
  return { globalMaintenance: text.includes('!! Cluster is in GLOBAL MAINTENANCE mode !!'), hosts };
}

function engineStatus(engine: Record<string, unknown>): Pick<HostStatus, 'vm' | 'health' | 'detail' | 'reason'> {
  const reason = word(engine.reason);
  return {
    vm: word(engine.vm) || 'unknown',
    health: word(engine.health) || 'unknown',
    detail: word(engine.detail) || 'unknown',
    ...(reason !== '' && { reason }),
  };
}

/** A stale host shows words in place of the object. */
function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function stateOf(extra: string): string | undefined {
  return /^\s*state=(\S+)/m.exec(extra)?.[1];
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
