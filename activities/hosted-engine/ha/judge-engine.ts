import type { HostStatus } from '../../host/parse/vm-status.ts';
import type { Verdict } from '../preflight/checks.ts';
import type { Since } from './agent-log.ts';
import { type HaHost, isDeployed } from './read-host.ts';
import { type EnginePlace, enginePlace, hostIdOf, liveStatus } from './views.ts';

/** Who runs the engine VM, whether it answers, and what keeps HA from caring for it. */
export function judgeEngine(all: readonly HaHost[], verdict: Verdict): void {
  const place = enginePlace(all);
  judgePlace(place, verdict);
  judgeMaintenance(all, place, verdict);
  for (const { name, sight } of all) {
    if (sight === undefined || !isDeployed(sight)) continue;
    const up = sight.liveliness.includes('Hosted Engine is up!');
    verdict.demand(
      up,
      `check-liveliness on ${name} says: ${sight.liveliness || 'nothing'}`,
      `Look whether ${name} resolves and reaches the name of the engine; then at the engine itself`,
    );
  }
}

function judgePlace({ claims, domains, globalMaintenance, healthy }: EnginePlace, verdict: Verdict): void {
  const [only] = claims;
  if (claims.length > 1 || domains.length > 1) {
    const said = claims.map(({ hostName }) => hostName).join(' and ') || 'nobody';
    const run = domains.join(' and ') || 'no host';
    verdict.demand(
      false,
      `hosts contradict each other about the engine VM: by HA it is up on ${said}, libvirt runs it on ${run}`,
      'Start nothing. Look at virsh -r list and at sanlock client status on each of these hosts: only the holder of the lease is right',
    );
    return;
  }
  if (only === undefined) {
    const [running] = domains;
    if (running !== undefined) {
      verdict.demand(
        false,
        `libvirt on ${running} runs the engine VM, but no HA agent publishes it`,
        `Run recoverHostedEngineAgent with {"host":"${running}"}`,
      );
    } else if (globalMaintenance) {
      verdict.demand(
        false,
        'no host runs the engine VM, and in global maintenance nobody will start it',
        'Let HA start it: hosted-engine --set-maintenance --mode=none; or start it on one host: hosted-engine --vm-start',
      );
    } else {
      verdict.demand(
        false,
        'no host runs the engine VM; HA is to start it on the host with the best score',
        'Wait some minutes; then look at "Current state" in /var/log/ovirt-hosted-engine-ha/agent.log on each host',
      );
    }
    return;
  }
  verdict.seen(
    `${only.hostName} runs the engine VM: health ${only.health}, ${only.detail}, state ${only.state ?? '?'}`,
  );
  if (healthy !== undefined) return;
  verdict.demand(
    false,
    `the engine VM on ${only.hostName} is up, but not healthy: ${unhealthy(only)}`,
    'Give a starting engine ten minutes; then look into the VM: hosted-engine --console, systemctl status ovirt-engine',
  );
}

/** Since when global maintenance is on, by the log of the first agent that saw it come; empty when none tells. */
export function setSince(all: readonly HaHost[]): string {
  const dated = all.find(({ sight }) => sight?.log.globalSince !== undefined);
  return dated === undefined ? '' : sinceWords(dated.sight?.log.globalSince, dated.name);
}

/** ` since …, by the agent.log of HOST`; empty when no log tells. */
function sinceWords(since: Since | undefined, name: string): string {
  return since === undefined ? '' : ` since ${since.reaches ? '' : 'before '}${since.at} (by the agent.log of ${name})`;
}

function unhealthy({ health, detail, reason, state }: HostStatus): string {
  return `health ${health}, ${detail}${reason === undefined ? '' : ` (${reason})`}${state === undefined ? '' : `, ${state}`}`;
}

function judgeMaintenance(all: readonly HaHost[], place: EnginePlace, verdict: Verdict): void {
  if (place.globalMaintenance) {
    verdict.demand(
      false,
      `global maintenance is set${setSince(all)}: nobody starts the engine VM again if it ends`,
      'If nobody works on the engine now: hosted-engine --set-maintenance --mode=none (it also ends local maintenance of the host where it is run)',
    );
  } else verdict.seen('global maintenance is off');
  for (const host of all) {
    const id = hostIdOf(host, all);
    const published = id === undefined ? undefined : liveStatus(id, all)?.localMaintenance;
    const flag = host.sight?.localMaintenance;
    if (published !== true && flag !== true) continue;
    const halfway = published !== flag ? ' (the flag and what its agent publishes differ)' : '';
    verdict.demand(
      false,
      `${host.name} is in local maintenance${sinceWords(host.sight?.log.localSince, host.name)}${halfway}: it does not take the engine VM`,
      `When the work on it is done: activate it in the engine, or on ${host.name}: hosted-engine --set-maintenance --mode=none (which also ends global maintenance)`,
    );
  }
}
