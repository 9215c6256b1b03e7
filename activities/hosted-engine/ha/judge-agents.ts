import type { Verdict } from '../preflight/checks.ts';
import { AGENT, type HaHost, type HaSight, isDeployed } from './read-host.ts';
import { canJudge, enginePlace, hostIdOf, type View, viewsOf } from './views.ts';

/** Whether every host takes part: reachable, deployed, services up, and its agent seen alive from each other host. */
export function judgeAgents(all: readonly HaHost[], verdict: Verdict): void {
  for (const host of all) {
    const id = hostIdOf(host, all);
    const views = id === undefined ? [] : viewsOf(id, all);
    if (host.sight === undefined) {
      verdict.demand(
        false,
        `${host.name} cannot be asked (${host.unreachable ?? 'no answer'}); ${asOthersSee(views)}`,
        'Check power, network and sshd of the host, and its address and port in the inventory',
      );
      continue;
    }
    const deployed = verdict.demand(
      isDeployed(host.sight),
      `${host.name} has the role hostedEngine in the inventory, but no hosted engine is deployed on it`,
      'Let the engine deploy it there (Reinstall the host, Hosted Engine: Deploy), or give the host the role host in the inventory',
    );
    if (deployed) judgeHost(host, host.sight, views, all, verdict);
  }
}

function judgeHost(
  host: HaHost,
  sight: HaSight,
  views: readonly View[],
  all: readonly HaHost[],
  verdict: Verdict,
): void {
  const { name } = host;
  const units = Object.entries(sight.units);
  verdict.seen(`${name}: ${units.map(([unit, { words }]) => `${unit} ${words}`).join(', ')}`);
  for (const [unit, { active, words }] of units) {
    if (unit === AGENT) continue;
    verdict.demand(active, `${unit} on ${name} is ${words}`, `journalctl -u ${unit} on ${name}`);
  }
  const agent = sight.units[AGENT];
  const recovery = `Run recoverHostedEngineAgent with {"host":"${name}"}`;
  if (agent?.active !== true) {
    verdict.demand(
      false,
      `the HA agent of ${name} is ${agent?.words ?? 'unknown'}, so from there every host looks stale; ${secondOpinion(host, all)}`,
      recovery,
    );
    return;
  }
  if (!canJudge(sight, hostIdOf(host, all))) {
    verdict.demand(
      false,
      `the HA agent of ${name} runs but publishes nothing: ${silence(sight)}; ${secondOpinion(host, all)}`,
      recovery,
    );
    return;
  }
  verdict.demand(
    sight.vmConf,
    `${name} has not fetched the configuration of the engine VM (vm.conf), so it could not start it`,
    'Look at /var/log/ovirt-hosted-engine-ha/agent.log there: storage, OVF_STORE',
  );
  for (const { by, status } of views) {
    verdict.demand(
      status.live,
      `${by} does not see the agent of ${name} publish any more, although ${name} says that it does`,
      `Compare hosted-engine --vm-status on ${by} and ${name}: does one of them write to an old path of the LUN?`,
    );
  }
}

function silence({ socket, vmConf, status }: HaSight): string {
  if (!socket) return 'the socket of its broker is missing';
  if (!vmConf) return 'the configuration has not been retrieved from shared storage';
  return status === undefined ? 'hosted-engine --vm-status has no answer' : 'its own block is stale';
}

function asOthersSee(views: readonly View[]): string {
  if (views.length === 0) return 'no other host can tell of it';
  return views.map(({ by, status }) => `${by} ${status.live ? 'sees its agent publish' : 'sees it stale'}`).join(', ');
}

/** What a host with a working agent says instead: one dead agent is not the end of the engine. */
function secondOpinion(host: HaHost, all: readonly HaHost[]): string {
  const witness = all.find((other) => other.name !== host.name && canJudge(other.sight, hostIdOf(other, all)));
  if (witness === undefined) return 'no other host has a working agent that could tell more';
  const { claims } = enginePlace(all);
  const vm = claims.map(({ hostName, health }) => `the engine VM runs on ${hostName}, health ${health}`);
  return `asked in its place, ${witness.name} says: ${vm.join('; ') || 'no live host publishes the engine VM'}`;
}
