import { limited, readAll } from '../host/read-all.ts';
import { LATEST_TRANSITIONS, parseTransitions, type Transition } from '../hosted-engine/ha/agent-log.ts';
import { type EngineWeb, judgeEngineWeb, readEngineWeb } from '../hosted-engine/ha/engine-web.ts';
import { readHaHosts } from '../hosted-engine/ha/read-host.ts';
import { type EnginePlace, enginePlace } from '../hosted-engine/ha/views.ts';
import { Verdict } from '../hosted-engine/preflight/checks.ts';
import { operation } from '../operation.ts';
import { firstOf, lookPatiently } from '../runtime/look-patiently.ts';
import type { SeeEngineRestarted } from './params.ts';

interface RestartFacts {
  readonly place: EnginePlace;
  readonly web: EngineWeb;
  /** Of the HA agent on the host that runs it now, oldest first. */
  readonly transitions: readonly Transition[];
}

/** A minute until a host counts as dead, ten of the VM's start, some for an engine that comes up. */
const PATIENCE = { seconds: 1500, every: 10 };

/**
 * Waits until HA has restarted the engine VM on another host than the one that lost its power, and the engine's health
 * page answers; tells from the agent's log what happened when. Changes nothing. (article, section 14)
 */
export const seeEngineRestarted = operation<SeeEngineRestarted, RestartFacts>({
  name: 'seeEngineRestarted',
  title: ({ from }) => `See the engine VM up on another host than ${from}`,
  async look(context, params) {
    const look = async () => {
      const [hosts, web] = await Promise.all([readHaHosts(context), readEngineWeb(context, params.host)]);
      return { place: enginePlace(hosts), web };
    };
    const seen = await lookPatiently(context, PATIENCE, look, (facts) =>
      firstOf('waiting', judge({ ...facts, transitions: [] }, params).findings),
    );
    const { runsOn } = seen.place;
    if (runsOn === undefined || !context.inventory.hosts.some(({ name }) => name === runsOn)) {
      return { ...seen, transitions: [] };
    }
    const { log } = await readAll(context.host(runsOn), { log: limited(LATEST_TRANSITIONS) });
    return { ...seen, transitions: parseTransitions(log.text) };
  },
  decide(facts, params) {
    const { findings, evidence } = judge(facts, params);
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence };
  },
});

function judge({ place, web, transitions }: RestartFacts, { from, since }: SeeEngineRestarted): Verdict {
  const verdict = new Verdict();
  const { runsOn, healthy } = place;
  const elsewhere = runsOn !== undefined && runsOn !== from && healthy !== undefined;
  const where = runsOn === undefined ? 'no host runs the engine VM' : `${runsOn} runs the engine VM`;
  verdict.demand(
    elsewhere,
    `${where}${runsOn === undefined || healthy !== undefined ? '' : ', which is not healthy yet'}; it was to be restarted on another host than ${from}`,
    `Look at /var/log/ovirt-hosted-engine-ha/agent.log on the other hosts; roll back: that switches ${from} on`,
  );
  const later = transitions.filter(({ at }) => at >= since);
  const took = secondsBetween(since, later.findLast(({ state }) => state === 'EngineUp')?.at);
  if (elsewhere) {
    verdict.seen(
      `${where} and is healthy${took === undefined ? '' : `, ${took} seconds after ${from} was about to lose its power`}`,
    );
  }
  for (const { at, state } of later) verdict.seen(`${at} HA agent of ${runsOn}: ${state}`);
  judgeEngineWeb(web, verdict);
  return verdict;
}

/** Both by the clocks of hosts that keep the same time. */
function secondsBetween(from: string, to: string | undefined): number | undefined {
  if (to === undefined) return undefined;
  const time = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);
  return Math.round((time(to) - time(from)) / 1000);
}
