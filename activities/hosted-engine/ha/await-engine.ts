import type { HostParams } from '../../host/params.ts';
import { operation } from '../../operation.ts';
import { firstOf, lookPatiently } from '../../runtime/look-patiently.ts';
import { Verdict } from '../preflight/checks.ts';
import { type HaHost, readHaHosts } from './read-host.ts';
import { enginePlace } from './views.ts';

export interface AwaitEngineOutput {
  readonly runsOn: string;
}

/** After an unexpected end of the engine VM its host does not count for this long. */
const UNEXPECTED_DOWN_SECONDS = 560;
const POLL_SECONDS = 10;

/** Waits until HA says that the engine VM is healthy and the engine answers the host. */
export const awaitHostedEngine = operation<HostParams, readonly HaHost[], AwaitEngineOutput>({
  name: 'awaitHostedEngine',
  title: ({ host }) => `Wait until the engine answers ${host}`,
  look(context, { host }) {
    const seconds = context.profile.hostedEngine.healthSeconds + UNEXPECTED_DOWN_SECONDS;
    return lookPatiently(
      context,
      { seconds, every: POLL_SECONDS },
      () => readHaHosts(context),
      (hosts) => firstOf('waiting', judge(hosts, host).findings),
    );
  },
  decide(hosts, { host }) {
    const { findings, evidence } = judge(hosts, host);
    const { healthy } = enginePlace(hosts);
    if (findings.length > 0 || healthy === undefined) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence, output: { runsOn: healthy.hostName } };
  },
});

function judge(hosts: readonly HaHost[], host: string): Verdict {
  const { claims, healthy, globalMaintenance } = enginePlace(hosts);
  const verdict = new Verdict();
  const said = claims.map(({ hostName, health, detail }) => `${hostName}: health ${health}, ${detail}`).join('; ');
  verdict.demand(
    healthy !== undefined,
    said === '' ? 'no host runs the engine VM' : `the engine VM is not healthy yet: ${said}`,
    'hosted-engine --vm-status; /var/log/ovirt-hosted-engine-ha/agent.log',
  );
  if (healthy !== undefined) verdict.seen(`the engine VM runs on ${healthy.hostName} and is healthy`);
  const liveliness = hosts.find(({ name }) => name === host)?.sight?.liveliness ?? '';
  verdict.demand(
    liveliness.includes('Hosted Engine is up!'),
    `check-liveliness on ${host} says: ${liveliness || 'nothing'}`,
    'Look whether the host resolves and reaches the name of the engine',
  );
  verdict.seen(`check-liveliness on ${host}: ${liveliness || 'no answer'}`);
  if (globalMaintenance) {
    verdict.seen(
      'global maintenance is set: until it is ended (hosted-engine --set-maintenance --mode=none), nobody starts the engine VM again',
    );
  }
  return verdict;
}
