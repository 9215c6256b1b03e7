import type { HostParams } from '../../host/params.ts';
import { operation } from '../../operation.ts';
import { firstOf, lookPatiently } from '../../runtime/look-patiently.ts';
import { Verdict } from '../preflight/checks.ts';
import { type HaHost, readHaHosts } from './read-host.ts';
import { hostIdOf, viewsOf } from './views.ts';

export interface AwaitHaHostOutput {
  readonly score: number;
}

const POLL_SECONDS = 10;

/** Waits until another host sees that this one can run the engine VM: its own word would not be proof. */
export const awaitHostedEngineHost = operation<HostParams, readonly HaHost[], AwaitHaHostOutput>({
  name: 'awaitHostedEngineHost',
  title: ({ host }) => `Wait until another host sees that ${host} can run the engine VM`,
  look(context, { host }) {
    return lookPatiently(
      context,
      { seconds: context.profile.hostedEngine.healthSeconds, every: POLL_SECONDS },
      () => readHaHosts(context),
      (hosts) => firstOf('waiting', judge(hosts, host).verdict.findings),
    );
  },
  decide(hosts, { host }) {
    const { verdict, score } = judge(hosts, host);
    const { findings, evidence } = verdict;
    if (score === undefined) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence, output: { score } };
  },
});

function judge(hosts: readonly HaHost[], name: string): { verdict: Verdict; score?: number } {
  const verdict = new Verdict();
  const host = hosts.find((candidate) => candidate.name === name);
  const id = host && hostIdOf(host, hosts);
  const views = id === undefined ? [] : viewsOf(id, hosts).filter(({ by }) => by !== name);
  const [best] = views.filter(({ status }) => status.live && status.score > 0);
  for (const { by, status } of views) {
    const local = status.localMaintenance ? ', in local maintenance' : '';
    verdict.seen(
      `${by} sees ${name} ${status.live ? 'alive' : 'as last known'}, score ${status.score}, state ${status.state ?? 'unknown'}${local}`,
    );
  }
  verdict.demand(
    best !== undefined,
    views.length === 0
      ? `no other host sees an HA agent of ${name}`
      : `no other host sees ${name} alive with a score above 0`,
    `On ${name}: systemctl status ovirt-ha-agent ovirt-ha-broker, /var/log/ovirt-hosted-engine-ha/agent.log; hosted-engine --set-maintenance --mode=none where local maintenance was left`,
  );
  return { verdict, ...(best !== undefined && { score: best.status.score }) };
}
