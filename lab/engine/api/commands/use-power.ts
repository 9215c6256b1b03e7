import type { HostRow } from '../database/database.ts';
import { tell } from '../database/events.ts';
import type { FenceAgentRow } from '../database/fencing.ts';
import { agentsOf } from '../database/fencing.ts';
import type { FenceAction, FenceResult, Fencing } from './fence-proxy.ts';
import { byProxy, change, failed } from './fence-proxy.ts';

/** How agents that switch together judge what each of them says (engine: ConcurrentAgentsFenceActionExecutor). */
function judged(row: HostRow, action: FenceAction, results: readonly FenceResult[]): FenceResult {
  const on = results.find(({ power }) => power === 'on');
  const errors = results.filter(({ outcome }) => outcome === 'error');
  if (action === 'stop') {
    const skipped = results.filter(({ outcome }) => outcome === 'skipped');
    if (errors[0]) return errors[0];
    if (skipped[0] && skipped.length === results.length) return skipped[0];
    return skipped.length > 0
      ? failed('Fence action was skipped due to fencing policy only on some of fence agents, but not all')
      : { outcome: 'success', power: 'off', message: '' };
  }
  if (on) return on;
  if (action === 'start') return failed('');
  const off = results.find(({ power }) => power === 'off');
  if (!off) return failed('All agents failed to get host power status.');
  return errors.length === 0
    ? off
    : failed(
        `Unable to determine host '${row.name}' power status: at least one agent failed to getstatus and at least one agent reported host is powered off.`,
      );
}

const alone = (on: Fencing, row: HostRow, agent: FenceAgentRow, action: FenceAction): Promise<FenceResult> =>
  action === 'status' ? byProxy(on, row, agent, 'status') : change(on, row, agent, action);

/** All of them at a time: a host is on as soon as one of them says so, and off when all do. */
function together(
  on: Fencing,
  row: HostRow,
  agents: readonly FenceAgentRow[],
  action: FenceAction,
): Promise<FenceResult> {
  const results: FenceResult[] = [];
  return new Promise((resolve, reject) => {
    for (const agent of agents) {
      alone(on, row, agent, action).then((result) => {
        results.push(result);
        const enough = action !== 'stop' && result.power === 'on';
        if (enough || results.length === agents.length) resolve(judged(row, action, results));
      }, reject);
    }
  });
}

const byAgents = (
  on: Fencing,
  row: HostRow,
  agents: readonly FenceAgentRow[],
  action: FenceAction,
): Promise<FenceResult> => {
  const [only] = agents;
  return only && agents.length === 1 ? alone(on, row, only, action) : together(on, row, agents, action);
};

/**
 * Looks at a host's power or changes it, by its agents in their order until some succeed; those of the same order switch
 * together. Agents that cannot be asked for the power before are passed over while there are others to try.
 */
export async function usePower(on: Fencing, row: HostRow, action: FenceAction): Promise<FenceResult> {
  const agents = agentsOf(on.db, row);
  const turns = [...new Set(agents.map(({ order }) => order))];
  let result = failed(`Invalid fence agents defined for host '${row.address}'.`);
  for (const [at, order] of turns.entries()) {
    const own = agents.filter((agent) => agent.order === order);
    if (action !== 'status') {
      result = await byAgents(on, row, own, 'status');
      if (result.outcome === 'error' && at + 1 < turns.length) continue;
    }
    result = await byAgents(on, row, own, action);
    if (result.outcome !== 'error') break;
  }
  if (action === 'status' && result.outcome === 'error' && agents.length > 0) {
    tell(on.lab, on.db, {
      code: 9001,
      host: row,
      correlationId: on.correlationId,
      text: `Power Management test failed for Host ${row.name}.${result.message}`,
    });
  }
  return result;
}
