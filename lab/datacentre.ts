/** Builds the datacentre that the article starts from: identical servers, an array with two LUNs, one network. */

import { minimalInstallation } from './host/minimal.ts';
import { addLuns } from './kernel/array.ts';
import { bootHost } from './kernel/boot.ts';
import { actAs } from './kernel/current.ts';
import { Host } from './kernel/host.ts';
import { installHost } from './kernel/install.ts';
import { addIscsiTargets } from './kernel/iscsi.ts';
import { addNfsServer } from './kernel/nfs.ts';
import type { LabCore } from './lab-core.ts';
import type { Preset, SimulatedServer } from './types.ts';

const dnsServer = '172.20.32.2';

/** Takes a bare datacentre to its preset, through the lab's own transitions and without waiting for real time. */
export async function reachPreset(lab: LabCore, name: string): Promise<void> {
  const preset = presetOf(lab, name);
  if (preset) await actAs(undefined, () => lab.clock.hurry(() => preset(lab)));
}

/** Undefined for `bare`; an unknown name is refused before anything is changed. */
export function presetOf(lab: LabCore, name: string): Preset | undefined {
  const preset = lab.parts.map((part) => part.presets?.[name]).find((found) => found !== undefined);
  if (!preset && name !== 'bare') {
    const known = ['bare', ...lab.parts.flatMap((part) => Object.keys(part.presets ?? {}))];
    throw new Error(`There is no preset ${name}; there are ${[...new Set(known)].join(', ')}.`);
  }
  return preset;
}

/** The names of the simulated internet: what hosts install packages from. */
function mirrorNames(lab: LabCore): string[] {
  const urls = [...lab.mirrors.keys(), ...lab.rpmFiles.keys()];
  return [...new Set(urls.map((url) => new URL(url).hostname))];
}

/** Empties the world, installs the hosts, boots them, and takes them to a preset when one is named. */
export async function buildDatacentre(lab: LabCore, options: { count: number; preset?: string }): Promise<void> {
  lab.hosts.clear();
  lab.luns.length = 0;
  lab.nfs.length = 0;
  lab.targets.length = 0;
  lab.dns.forward.clear();
  lab.dns.reverse.clear();
  lab.dns.answering = true;
  lab.servers.clear();
  lab.mirrors.clear();
  lab.rpmFiles.clear();
  lab.kept.clear();
  const answering: SimulatedServer = { state: () => 'refused', request: () => ({ status: 404, body: '' }) };
  lab.servers.set(lab.gateway, answering);
  lab.servers.set(dnsServer, answering);
  for (const part of lab.parts) part.publish?.(lab);
  for (const part of lab.parts) part.onReset?.(lab);
  const name = (fqdn: string, address: string): void => {
    lab.dns.forward.set(fqdn, [address]);
    lab.dns.reverse.set(address, fqdn);
  };
  name(lab.engineFqdn, lab.engineAddress);
  for (const [index, mirror] of mirrorNames(lab).entries()) name(mirror, `192.0.2.${index + 1}`);
  for (let index = 1; index <= options.count; index += 1) {
    const address = `172.20.32.${10 + index}`;
    const fqdn = `host${index}.test.local`;
    name(fqdn, address);
    lab.hosts.set(`host${index}`, new Host(lab, { name: `host${index}`, fqdn, address }));
  }
  addLuns(lab);
  addIscsiTargets(lab);
  addNfsServer(lab);
  await actAs(undefined, async () => {
    for (const [index, host] of [...lab.hosts.values()].entries()) {
      const mac = `00:50:56:82:${(index + 1).toString(16).padStart(2, '0')}:10`;
      installHost(host, { mac, dns: dnsServer, hostPassword: lab.secrets.hostRootPassword });
      minimalInstallation(host);
      for (const part of lab.parts) await part.onInstall?.(host);
    }
    await lab.clock.hurry(() => Promise.all([...lab.hosts.values()].map((host) => bootHost(host, { atOnce: true }))));
  });
  if (options.preset !== undefined) await reachPreset(lab, options.preset);
}
