export type VmPresence = 'up' | 'down' | 'down_unexpected' | 'down_missing' | 'unknown';

/** What an agent knows about the engine VM on its own host; published as JSON in the shared metadata. */
export interface EngineStatus {
  readonly vm: VmPresence;
  readonly health: 'good' | 'bad' | 'unknown';
  readonly detail: string;
  readonly reason?: string;
}

export const healthy: EngineStatus = { health: 'good', vm: 'up', detail: 'Up' };
export const notHere: EngineStatus = {
  reason: 'vm not running on this host',
  health: 'bad',
  vm: 'down',
  detail: 'unknown',
};

/** Statuses in which vdsm has the VM but its guest cannot answer yet. */
const comingUp = new Set(['WaitForLaunch', 'Paused', 'RestoringState', 'Powering up']);

/** What vdsm says about the VM on one host, as far as the broker's engine-health monitor looks at it. */
export interface VdsmVmView {
  /** Undefined: vdsm does not know the VM. */
  readonly status: string | undefined;
  readonly exit?: 'lock-held' | 'migrated';
  readonly vdsmAnswers: boolean;
  readonly engineAnswers: boolean;
}

/** Judges the engine VM as the broker does; `before` is what it last reported, because a VM that was up and is gone is missing. */
export function judge(view: VdsmVmView, before: VmPresence): EngineStatus {
  if (!view.vdsmAnswers) return { reason: 'failed to getVmStats', health: 'unknown', vm: 'unknown', detail: 'unknown' };
  if (view.status === undefined) {
    const vm = before === 'up' ? 'down_missing' : before === 'unknown' ? 'down' : before;
    return { ...notHere, vm };
  }
  if (view.status === 'Down') {
    if (view.exit === 'lock-held')
      return {
        reason: 'Storage of VM is locked. Is another host already starting the VM?',
        health: 'bad',
        vm: 'down',
        detail: 'Down',
      };
    if (view.exit === 'migrated')
      return { reason: 'VM migrated away successfully', health: 'bad', vm: 'down', detail: 'Down' };
    return {
      reason: 'bad vm status',
      health: 'bad',
      vm: before === 'down' ? 'down' : 'down_unexpected',
      detail: 'Down',
    };
  }
  if (comingUp.has(view.status)) return { reason: 'bad vm status', health: 'bad', vm: 'up', detail: view.status };
  if (!view.engineAnswers) return { reason: 'failed liveliness check', health: 'bad', vm: 'up', detail: view.status };
  return { health: 'good', vm: 'up', detail: view.status };
}

/** The JSON of a status with Python 2's spacing and key order. */
export function statusJson(status: EngineStatus): string {
  const pairs: [string, string][] = [];
  if (status.reason !== undefined) pairs.push(['reason', status.reason]);
  pairs.push(['health', status.health], ['vm', status.vm], ['detail', status.detail]);
  return `{${pairs.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(', ')}}`;
}
