/** What only a host tells: its place in the hosted-engine cluster, and the interfaces below its networks. */
import { type Link, parseLinks } from '../../activities/host/parse/ip.ts';
import { parseKeyValues } from '../../activities/host/parse/key-values.ts';
import { readAll } from '../../activities/host/read-all.ts';
import { HOSTED_ENGINE_CONF } from '../../activities/hosted-engine/paths.ts';
import type { HostShell } from '../../activities/runtime/host-shell.ts';

export interface HostSite {
  /** Its id in the hosted-engine cluster. */
  readonly hostId?: number;
  readonly gateway?: string;
  readonly links: readonly Link[];
}

export async function readHostSite(shell: HostShell): Promise<HostSite> {
  const answers = await readAll(shell, { links: ['ip', '-o', 'link'], conf: ['cat', HOSTED_ENGINE_CONF] });
  const conf = answers.conf.code === 0 ? parseKeyValues(answers.conf.text) : new Map<string, string>();
  const hostId = Number(conf.get('host_id'));
  const gateway = conf.get('gateway');
  return {
    links: parseLinks(answers.links.text),
    ...(hostId > 0 && { hostId }),
    ...(gateway && { gateway }),
  };
}

/** The interface or bond that carries a network with a bridge of its name; undefined when the host has no such bridge. */
export function carrierOf(network: string, links: readonly Link[]): string | undefined {
  const port = links.find(({ device, master }) => master === network && !device.startsWith('vnet'));
  return port?.device.replace(/\.\d+$/, '');
}
