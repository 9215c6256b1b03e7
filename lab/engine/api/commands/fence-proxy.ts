import { leaseIsLive } from '../../../ovirt/host-lease.ts';
import type { Lab } from '../../../types.ts';
import { dataCenterOf } from '../database/data-centers.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { type FenceAgentRow, powerOf, realAgent } from '../database/fencing.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { EngineRun } from '../run.ts';
import { EngineGone } from '../run.ts';

/** Whoever fences: a call of the API, or the engine by itself. */
export interface Fencing {
  readonly lab: Lab;
  readonly db: EngineDatabase;
  readonly run: EngineRun;
  readonly correlationId?: string | undefined;
  /** The policy of the cluster: a host that still renews its lease on the storage is left alone. */
  readonly sparesLiveLeases: boolean;
}

export type FenceAction = 'status' | 'start' | 'stop';
export interface FenceResult {
  readonly outcome: 'success' | 'error' | 'skipped';
  readonly power?: 'on' | 'off';
  readonly message: string;
}

/** FenceStartStatusRetries and its like, in virtual seconds. */
const verify = { first: 5, delay: 10, times: 19 } as const;
const proxySearch = { delay: 30, times: 3 } as const;
const doing: Readonly<Record<FenceAction, string>> = {
  status: 'fence status-check',
  start: "fence action: 'Start'",
  stop: "fence action: 'Stop'",
};

/** Another up host, from the host's cluster first and then from its data center, or as the host prefers. */
export function proxyFor(db: EngineDatabase, row: HostRow, except?: HostRow): HostRow | undefined {
  const { proxies } = powerOf(row);
  for (const source of proxies.length > 0 ? proxies : ['cluster', 'dc']) {
    const found = [...db.hosts.values()].find((one) => {
      if (one === row || one === except || one.status !== 'up') return false;
      if (source === 'cluster') return one.clusterId === row.clusterId;
      return (dataCenterOf(db, one) === dataCenterOf(db, row)) === (source === 'dc');
    });
    if (found) return found;
  }
  return undefined;
}

export const failed = (message: string): FenceResult => ({ outcome: 'error', message });

/** vdsm on the proxy pipes the agent's options into its program. */
async function runAgent(
  on: Fencing,
  row: HostRow,
  agent: FenceAgentRow,
  action: FenceAction,
  proxy: HostRow,
): Promise<FenceResult> {
  const machine = machineAt(on.lab, proxy.address);
  const { type, options } = realAgent(agent);
  const about = `${action} on Host ${row.name} using Proxy Host ${proxy.name} and Fence Agent ${type}:${agent.address}`;
  const { correlationId } = on;
  tell(on.lab, on.db, { code: 9020, host: row, correlationId, text: `Executing power management ${about}.` });
  const result = await ((): Promise<FenceResult> | FenceResult => {
    if (!vdsmAnswers(machine)) return failed('Network error during communication with the Host.');
    const program = `/usr/sbin/fence_${type}`;
    if (!machine.fs.exists(program)) return failed('Unsupported fence agent');
    const target = machineAt(on.lab, row.address);
    if (action !== 'status' && on.sparesLiveLeases && target && leaseIsLive(target))
      return { outcome: 'skipped', message: '' };
    const lines = [
      `agent=fence_${type}`,
      `ipaddr=${agent.address}`,
      `login=${agent.username}`,
      `action=${action === 'start' ? 'on' : action === 'stop' ? 'off' : 'status'}`,
      `passwd=${agent.password}`,
      ...options,
    ];
    return machine.run([program], { stdin: `${lines.join('\n')}\n` }).then(({ code, stdout, stderr }) => {
      const message = `${stdout}${stderr}`;
      if (action !== 'status') return code === 0 ? { outcome: 'success', message: 'Done' } : failed(message);
      if (code !== 0 && code !== 2) return failed(message);
      return { outcome: 'success', power: code === 0 ? 'on' : 'off', message: 'Done' };
    });
  })();
  if (on.run.ended) throw new EngineGone();
  if (result.outcome === 'error') {
    tell(on.lab, on.db, {
      code: 9021,
      host: row,
      correlationId,
      text: `Execution of power management ${about} failed.`,
    });
  }
  return result;
}

/** Through one proxy, and when that fails once more through another or the same. */
export async function byProxy(
  on: Fencing,
  row: HostRow,
  agent: FenceAgentRow,
  action: FenceAction,
): Promise<FenceResult> {
  let proxy = proxyFor(on.db, row);
  for (let n = 0; !proxy && action !== 'status' && n < proxySearch.times; n += 1) {
    await on.run.sleep(proxySearch.delay);
    proxy = proxyFor(on.db, row);
  }
  if (!proxy) {
    const why = `Failed to run ${doing[action]} on host '${row.address}'.`;
    return failed(`${why} No other host was available to serve as proxy for the operation.`);
  }
  const result = await runAgent(on, row, agent, action, proxy);
  if (result.outcome !== 'error') return result;
  return runAgent(on, row, agent, action, proxyFor(on.db, row, proxy) ?? proxy);
}

export async function change(
  on: Fencing,
  row: HostRow,
  agent: FenceAgentRow,
  action: 'start' | 'stop',
): Promise<FenceResult> {
  const wanted = action === 'start' ? 'on' : 'off';
  for (let attempt = 0; attempt < (action === 'start' ? 2 : 1); attempt += 1) {
    const done = await byProxy(on, row, agent, action);
    if (done.outcome === 'skipped') return done;
    if (done.outcome === 'error') continue;
    await on.run.sleep(verify.first);
    for (let look = 0; look < verify.times; look += 1) {
      const seen = await byProxy(on, row, agent, 'status');
      if (seen.outcome === 'error') break;
      if (seen.power === wanted) return seen;
      await on.run.sleep(verify.delay);
    }
  }
  return failed('Allowed retries to verify host power status exceeded');
}
