import { hostName } from '../engine/hosts.ts';
import { fittestOthers, scoreOf, unfitOthers } from '../hosted-engine/ha/fitness.ts';
import { enginePlace } from '../hosted-engine/ha/views.ts';
import type { Verdict } from '../hosted-engine/preflight/checks.ts';
import { judgeLun } from '../storage/preflight.ts';
import type { FailoverFacts } from './facts.ts';
import type { FailoverSeat } from './params.ts';

/** Whether HA would restart the engine VM elsewhere: not held back, another host fit for it, its LUN seen everywhere. */
export function judgeEngine({ ha, hosts, luns }: FailoverFacts, verdict: Verdict): FailoverSeat | undefined {
  const place = enginePlace(ha);
  verdict.demand(
    !place.globalMaintenance,
    'global maintenance is set: nobody restarts the engine VM when its host fails',
    'When nobody works on the engine any more: hosted-engine --set-maintenance --mode=none',
  );
  for (const { host, lun } of luns) {
    const usable = lun.map?.paths.filter((path) => path.usable).length ?? 0;
    verdict.seen(`${host} sees the LUN of the engine VM over ${usable} of ${lun.map?.paths.length ?? 0} paths`);
    for (const { what, fix } of judgeLun(host, lun, undefined)) verdict.demand(false, what, fix);
  }
  const { runsOn: from } = place;
  verdict.demand(
    from !== undefined && place.healthy !== undefined,
    from === undefined ? 'no host is known to run the engine VM' : `the engine VM on ${from} is not healthy`,
    'Run verifyHostedEngine, which tells why',
  );
  if (from === undefined) return undefined;
  verdict.demand(
    ha.some(({ name }) => name === from),
    `${from} runs the engine VM, but the inventory has no such host with the role hostedEngine`,
    'Describe it under hosts in the inventory',
  );
  const up = hosts.filter(({ status }) => status === 'up').map(hostName);
  const others = fittestOthers(from, ha).filter((name) => up.includes(name));
  verdict.seen(`${from} runs the engine VM, score ${scoreOf(from, ha)}`);
  for (const name of others) verdict.seen(`${name} could run the engine VM, score ${scoreOf(name, ha)}`);
  verdict.demand(
    others.length > 0,
    `no other host could run the engine VM: ${unfitOthers(from, ha).join('; ') || 'there is none, or none that is up in the engine'}`,
    'Add one with addHostedEngineHost, or bring the named ones back into service',
  );
  return { host: from, others };
}
