import { type HaHost, isDeployed } from './read-host.ts';
import { canJudge, hostIdOf, liveStatus } from './views.ts';

/** Why HA could not start the engine VM on this host; undefined: it could. */
export function unfitness(host: HaHost, all: readonly HaHost[]): string | undefined {
  const { sight } = host;
  if (sight === undefined) return `cannot be asked (${host.unreachable ?? 'no answer'})`;
  if (!isDeployed(sight)) return 'has no hosted engine deployed on it';
  const id = hostIdOf(host, all);
  const status = id === undefined ? undefined : liveStatus(id, all);
  if (status === undefined || !canJudge(sight, id)) return 'has no HA agent that publishes';
  if (sight.localMaintenance || status.localMaintenance) return 'is in local maintenance';
  if (status.score === 0) return `has a score of 0 (${status.state ?? 'no state'})`;
  return sight.vmConf ? undefined : 'has not fetched the configuration of the engine VM';
}

/** The hosts on which HA could start the engine VM, by name. */
export function fitHosts(all: readonly HaHost[]): readonly string[] {
  return all.filter((host) => unfitness(host, all) === undefined).map(({ name }) => name);
}

/** The score of a host that nothing speaks against. (ovirt-hosted-engine-ha, agent.conf: base-score) */
export const FULL_SCORE = 3400;

/** What HA makes of a host now; 0 of one that publishes nothing. */
export function scoreOf(name: string, all: readonly HaHost[]): number {
  const host = all.find((candidate) => candidate.name === name);
  const id = host && hostIdOf(host, all);
  return (id === undefined ? undefined : liveStatus(id, all))?.score ?? 0;
}

/** The fit hosts but this one, by score; as the inventory has them among equals. */
export function fittestOthers(name: string | undefined, all: readonly HaHost[]): readonly string[] {
  const others = fitHosts(all).filter((other) => other !== name);
  return others.toSorted((a, b) => scoreOf(b, all) - scoreOf(a, all));
}

/** Why each host but this one is of no use to the engine VM, in one sentence each. */
export function unfitOthers(name: string, all: readonly HaHost[]): readonly string[] {
  return all.flatMap((host) => {
    const why = host.name === name ? undefined : unfitness(host, all);
    return why === undefined ? [] : [`${host.name} ${why}`];
  });
}
