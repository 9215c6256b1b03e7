import type { HostParams } from '../../host/params.ts';
import { type Read, readAll } from '../../host/read-all.ts';
import { operation } from '../../operation.ts';
import { HA_CONF, HOSTED_ENGINE_CONF } from '../paths.ts';

/** What the cleanup removes or a person would want to look up later; no keys, and no file that holds a password only. */
const FILES = [
  HOSTED_ENGINE_CONF,
  '/etc/ovirt-hosted-engine/answers.conf',
  '/etc/ovirt-hosted-engine-ha/agent.conf',
  HA_CONF,
  '/var/lib/ovirt-hosted-engine-ha/broker.conf',
  '/var/run/ovirt-hosted-engine-ha/vm.conf',
  '/etc/vdsm/vdsm.conf',
  '/etc/vdsm/vdsm.id',
] as const;
const NETWORKS = "grep -H '' /etc/sysconfig/network-scripts/ifcfg-*";

interface Saved {
  readonly files: Readonly<Record<string, string>>;
  readonly artifact: { readonly path: string; readonly size: number; readonly sha256: string };
}

/** Fetches the host's configuration into the run's artifacts before anything removes it; changes nothing on the host. */
export const saveConfiguration = operation<HostParams, Saved>({
  name: 'saveConfiguration',
  title: ({ host }) => `Save the configuration of the hosted engine on ${host}`,
  async look(context, { host }) {
    const reads = Object.fromEntries(FILES.map((path) => [path, ['cat', path]]));
    const answers = await readAll(context.host(host), { ...reads, networks: NETWORKS } as Record<string, Read>);
    const found = FILES.flatMap((path) => {
      const answer = answers[path];
      return answer === undefined || answer.code !== 0 ? [] : [[path, withoutPasswords(answer.text)]];
    });
    const networks = answers.networks?.code === 0 ? { 'ifcfg-*': answers.networks.text } : {};
    const files: Record<string, string> = { ...Object.fromEntries(found), ...networks };
    const artifact = await context.artifacts.write(`configuration-${host}.json`, `${JSON.stringify(files, null, 2)}\n`);
    return { files, artifact };
  },
  decide: ({ files, artifact }) => ({
    state: 'already',
    changes: [],
    evidence: [
      `saved in ${artifact.path} (${artifact.size} bytes, SHA-256 ${artifact.sha256})`,
      ...Object.keys(files).map((path) => `saved: ${path}`),
    ],
  }),
});

function withoutPasswords(text: string): string {
  return text.replace(/^(\S*pass(?:word|wd)?)\s*=.*$/gim, '$1=(left out)');
}
