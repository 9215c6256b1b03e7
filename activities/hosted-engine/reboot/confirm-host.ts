import type { OperationContext } from '../../operation.ts';
import { operation } from '../../operation.ts';
import { firstOf, lookPatiently } from '../../runtime/look-patiently.ts';
import { describeHost } from '../deploy.ts';
import { type HaHost, readHaHosts } from '../ha/read-host.ts';
import { enginePlace, hostIdOf, viewsOf } from '../ha/views.ts';
import { Verdict } from '../preflight/checks.ts';
import type { ConfirmHaHost } from './params.ts';

/** The score returns when the agent has begun anew; an engine that was started has ten minutes to answer. */
const PATIENCE = { seconds: 900, every: 10 };

type Limits = Pick<OperationContext, 'profile'>;

/**
 * Waits until HA is as it is to be after a host came back: a healthy engine in state EngineUp, the host's agent alive as
 * another host sees it, its score back. 3000 is sound where the engine VM runs. (article, section 4.4)
 */
export const confirmHaHost = operation<ConfirmHaHost, readonly HaHost[]>({
  name: 'confirmHaHost',
  title: ({ host }) => `Check that ${host} takes part in HA again and the engine is up`,
  look(context, params) {
    return lookPatiently(
      context,
      PATIENCE,
      () => readHaHosts(context),
      (hosts) => firstOf('waiting', judge(hosts, params, context).findings),
    );
  },
  decide(hosts, params, context) {
    const { findings, evidence } = judge(hosts, params, context);
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence };
  },
});

function judge(
  hosts: readonly HaHost[],
  { host, maintenanceStays, localMaintenanceStays }: ConfirmHaHost,
  { profile }: Limits,
): Verdict {
  const verdict = new Verdict();
  const { soundScore } = profile.hostedEngine;
  const { healthy, claims, globalMaintenance } = enginePlace(hosts);
  const states = maintenanceStays === true ? ['EngineUp', 'GlobalMaintenance'] : ['EngineUp'];
  const said = claims.map(describeHost).join('; ') || 'no host runs the engine VM';
  verdict.demand(
    healthy !== undefined && states.includes(healthy.state ?? ''),
    healthy === undefined ? said : `${healthy.hostName} runs a healthy engine VM, but is in state ${healthy.state}`,
    'hosted-engine --vm-status; /var/log/ovirt-hosted-engine-ha/agent.log',
  );
  if (healthy !== undefined) verdict.seen(`${describeHost(healthy)}, state ${healthy.state}`);
  const here = hosts.find(({ name }) => name === host);
  const id = here === undefined ? undefined : hostIdOf(here, hosts);
  const views = id === undefined ? [] : viewsOf(id, hosts);
  const unseen = views.filter(({ status }) => !status.live).map(({ by }) => by);
  verdict.demand(
    views.length > 0 && unseen.length === 0,
    views.length === 0 ? `no HA agent tells of ${host}` : `${unseen.join(', ')} does not see the agent of ${host} yet`,
    `Run recoverHostedEngineAgent with {"host":"${host}"}`,
  );
  const own = views[0]?.status;
  if (own !== undefined) {
    verdict.demand(
      own.score >= soundScore || localMaintenanceStays === true,
      `${host} has a score of ${own.score} (state ${own.state ?? '?'}); at least ${soundScore} is sound`,
      'verifyHostedEngine names each penalty',
    );
    verdict.seen(`${describeHost(own)}, state ${own.state}, seen by ${views.map(({ by }) => by).join(', ')}`);
    verdict.demand(
      localMaintenanceStays === true || (!own.localMaintenance && here?.sight?.localMaintenance !== true),
      `${host} is in local maintenance`,
      `Activate it in the engine, or on ${host}: hosted-engine --set-maintenance --mode=none`,
    );
  }
  verdict.demand(
    maintenanceStays === true || !globalMaintenance,
    'global maintenance is set: somebody else has set it since',
    'When their work is done: hosted-engine --set-maintenance --mode=none',
  );
  if (globalMaintenance) verdict.seen('global maintenance is set by somebody else, and stays');
  return verdict;
}
