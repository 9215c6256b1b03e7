/** Turns what engine and hosts have told into an inventory, and says what nobody told. Pure. */
import type { EngineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { describeStorage } from './describe-storage.ts';
import type { EngineSite } from './engine-site.ts';
import { type Former, type Named, type Raw, stillWished } from './former.ts';
import { carrierOf, type HostSite } from './host-site.ts';

export interface Description {
  readonly inventory: Raw;
  /** What is left to a person, one sentence each. */
  readonly notes: readonly string[];
}

/** `sites`: what hosts told, by their name in the inventory. `sshKey`: for hosts that the former inventory lacks. */
export function describe(
  site: EngineSite,
  sites: ReadonlyMap<string, HostSite>,
  former: Former,
  sshKey: string,
): Description {
  const notes: string[] = [];
  const hosts = site.hosts.map((host) => describeHost(host, former, sshKey, notes));
  const wished = former.hosts.filter((raw) => !site.hosts.some((host) => isHost(raw, host)));
  for (const { name } of wished) notes.push(`${name} is kept, but not in the cluster of the engine.`);
  hosts.sort((a, b) => place(sites.get(a.name)) - place(sites.get(b.name)) || compare(a.name, b.name));
  const gateway = [...sites.values()].find((told) => told.gateway !== undefined)?.gateway;
  const inventory = {
    ...former,
    profile: former.profile ?? `ovirt-${site.version.split('.').slice(0, 2).join('.')}`,
    engine: {
      ...former.engine,
      dataCenter: site.dataCenter.name,
      cluster: site.cluster.name,
      ...(gateway !== undefined && former.engine.gateway === undefined && { gateway }),
    },
    hosts: [...hosts.map((host) => ({ ...host, ...management(sites.get(host.name)) })), ...wished],
    storage: describeStorage(site.domains, former, notes),
    ...(site.cluster.cpu?.type !== undefined && {
      cluster: { ...(former.cluster as Raw | undefined), cpuType: site.cluster.cpu.type },
    }),
    networks: describeNetworks(site, [...sites.values()], former, notes),
  };
  if (site.otherHosts.length > 0) notes.push(`Hosts of other clusters are left out: ${site.otherHosts.join(', ')}.`);
  const described = ((former.vms ?? []) as readonly Named[]).map(({ name }) => name);
  const vms = site.vms.filter((name) => !described.includes(name));
  if (vms.length > 0) notes.push(`VMs are left out, describe those that a runbook is to make: ${vms.join(', ')}.`);
  return { inventory, notes };
}

/** By what a person calls a host; the engine often knows it by its whole name. */
export function shortName(name: string): string {
  return /^[\d.]+$/.test(name) ? name : (name.split('.')[0] ?? name);
}

export function isHost(raw: Raw, host: { readonly name: string; readonly address: string }): boolean {
  const known = [raw.name, raw.fqdn, raw.address].map((word) => String(word).toLowerCase());
  return [host.name, shortName(host.name), host.address].some((word) => known.includes(word.toLowerCase()));
}

function describeHost(host: EngineSite['hosts'][number], former: Former, sshKey: string, notes: string[]) {
  const { name, address, agents, hosted_engine: he, ssh } = host;
  const known = former.hosts.find((raw) => isHost(raw, host));
  const called = known?.name ?? shortName(name);
  const fqdn = [address, name].find((word) => /[a-z].*\./i.test(word));
  if (known === undefined && fqdn === undefined)
    notes.push(`${called}: the engine knows it by its address only; write its fqdn.`);
  const login = {
    ...(ssh !== undefined && ssh.port !== 22 && { port: ssh.port }),
    user: 'root',
    key: { file: sshKey },
  };
  if (known === undefined) notes.push(`${called}: pin its host key with "npx runbook inventory trust ${called}".`);
  const bmc = describeBmc(called, agents, known?.bmc as Raw | undefined, notes);
  return {
    ...(fqdn !== undefined && { fqdn }),
    address,
    ssh: login,
    ...known,
    name: called,
    role: he?.configured === true ? 'hostedEngine' : 'host',
    ...(bmc !== undefined && { bmc }),
  };
}

function describeBmc(
  host: string,
  agents: readonly EngineFenceAgent[],
  known: Raw | undefined,
  notes: string[],
): Raw | undefined {
  const inTurn = [...agents].sort((a, b) => a.order - b.order);
  const agent = inTurn.find(({ type, address }) => type === known?.agent && address === known.address) ?? inTurn[0];
  if (agent === undefined) return known;
  if (inTurn.length > 1) {
    const which = `${agent.type} at ${agent.address}`;
    notes.push(
      `${host}: of its ${inTurn.length} fence agents only ${which} is described; the others stay as they are.`,
    );
  }
  if (known === undefined)
    notes.push(`${host}: put the password of ${agent.username} into secrets/bmc-${host}; no engine shows it.`);
  const options = agent.options.filter(({ name }) => name !== 'ipport');
  const ipport = Number(agent.options.find(({ name }) => name === 'ipport')?.value);
  const port = agent.port ?? (ipport > 0 ? ipport : undefined);
  return {
    agent: agent.type,
    address: agent.address,
    ...(port !== undefined && { port }),
    user: agent.username,
    password: known?.password ?? { file: `secrets/bmc-${host}` },
    ...(options.length > 0 && { options: Object.fromEntries(options.map(({ name, value }) => [name, value])) }),
  };
}

function describeNetworks(site: EngineSite, sites: readonly HostSite[], former: Former, notes: string[]): Raw[] {
  const known = (former.networks ?? []) as readonly (Named & { readonly interface?: string })[];
  const present = site.networks.flatMap(({ name, vlan, mtu, required, usages }) => {
    if (usages.includes('management')) return [];
    const seen = sites.map(({ links }) => carrierOf(name, links)).find((found) => found !== undefined);
    const carrier = seen ?? known.find((other) => other.name === name)?.interface;
    if (carrier === undefined) {
      notes.push(`Network ${name} is left out: no host that could be asked has a bridge of this name.`);
      return [];
    }
    return [
      {
        name,
        ...(vlan !== undefined && { vlan: vlan.id }),
        ...(mtu !== 0 && mtu !== 1500 && { mtu }),
        ...(!usages.includes('vm') && { vmNetwork: false }),
        ...(required && { required }),
        interface: carrier,
      },
    ];
  });
  return [...present, ...stillWished(known, site.networks, notes)];
}

function management(site: HostSite | undefined): { managementInterface?: string } {
  const carrier = site && carrierOf('ovirtmgmt', site.links);
  return carrier === undefined ? {} : { managementInterface: carrier };
}

function place(site: HostSite | undefined): number {
  return site?.hostId ?? Number.MAX_SAFE_INTEGER;
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
