import type { HostStatus } from '../../host/parse/vm-status.ts';
import type { Verdict } from '../preflight/checks.ts';
import type { Penalty } from './agent-log.ts';
import type { HaHost } from './read-host.ts';
import { hostIdOf, liveStatus } from './views.ts';

/** HA moves the engine VM when another host is better by this much, by shutting it down. */
const MOVES_AT = 800;

/** States in which an agent publishes 0 whatever the host is worth. */
const ZERO: Readonly<Record<string, string>> = {
  LocalMaintenance: 'local maintenance',
  EngineUnexpectedlyDown: 'the engine VM went down unexpectedly here; the host counts again after about ten minutes',
  ReinitializeFSM: 'the agent begins anew',
  AgentStopped: 'the agent was stopped',
};

const FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /network|gateway/,
    'Look at gateway and DNS as this host reaches them: five probes in each pass, 320 points for each that fails',
  ],
  [/bridge/, 'Look at the bridge of the management network: ip link show ovirtmgmt'],
  [/memory/, 'Free memory on this host, or give the engine VM less'],
  [/cpu/, 'Look at the load of the host without the engine VM'],
];

interface Limits {
  readonly fullScore: number;
  readonly soundScore: number;
}

/** What each host would be worth to the engine VM, and why it is worth less than it could be. */
export function judgeScores(all: readonly HaHost[], limits: Limits, verdict: Verdict): void {
  const live: { status: HostStatus; name: string }[] = [];
  for (const host of all) {
    const id = hostIdOf(host, all);
    const status = id === undefined ? undefined : liveStatus(id, all);
    if (status === undefined) continue;
    live.push({ status, name: host.name });
    judgeScore(host, status, limits, verdict);
  }
  const here = live.find(({ status }) => status.vm === 'up');
  const [best] = live.toSorted((a, b) => b.status.score - a.status.score);
  if (here === undefined || best === undefined || best.status.score < here.status.score + MOVES_AT) return;
  verdict.demand(
    false,
    `${best.name} scores ${best.status.score}, ${here.name} with the engine VM ${here.status.score}: from a difference of ${MOVES_AT} on, HA shuts the engine VM down to move it`,
    `Remove the cause of the low score of ${here.name}`,
  );
}

function judgeScore(host: HaHost, status: HostStatus, { fullScore, soundScore }: Limits, verdict: Verdict): void {
  const penalties = host.sight?.log.penalties ?? [];
  const { score } = status;
  if (score >= fullScore) return;
  const why = reasons(status, fullScore, penalties);
  const sentence = `${host.name} has a score of ${score} instead of ${fullScore}: ${why}`;
  if (score >= soundScore || status.state === 'LocalMaintenance') verdict.seen(sentence);
  else verdict.demand(false, sentence, fixes(penalties));
}

/** In words; the sum of the penalties need not be the difference, since log and block are from different passes. */
function reasons({ state = '', vm }: HostStatus, fullScore: number, penalties: readonly Penalty[]): string {
  const zero = ZERO[state];
  if (zero !== undefined) return zero;
  if (penalties.length === 0) return `agent.log names no reason within the last minutes (full is ${fullScore})`;
  const memory = vm === 'up' && state === 'GlobalMaintenance';
  return penalties
    .map(({ points, reason }) => {
      const normal = memory && /memory/.test(reason) ? ', normal in 4.3 where the engine VM itself uses it' : '';
      return `${points} off for ${reason}${normal}`;
    })
    .join(', ');
}

function fixes(penalties: readonly Penalty[]): string {
  const named = FIXES.filter(([pattern]) => penalties.some(({ reason }) => pattern.test(reason))).map(([, fix]) => fix);
  return named.join('; ') || 'Look for "Penalizing score" in /var/log/ovirt-hosted-engine-ha/agent.log on the host';
}
