import { X509Certificate } from 'node:crypto';
import { ignoresDeployment } from '../../engine/release.ts';
import { inNetwork } from '../../host/parse/ip.ts';
import { knownIds, liveStatus } from '../ha/views.ts';
import { lunContent } from '../lun.ts';
import type { CheckInput, Verdict } from '../preflight/checks.ts';
import type { ManagementNetwork } from '../preflight/network.ts';
import type { FurtherHostFacts, Sibling } from './facts.ts';

/** The LUN of the engine is the one that the others use, over as many paths. */
export function judgeLun({ facts, host, inventory }: CheckInput, { siblings, ha }: FurtherHostFacts, verdict: Verdict) {
  const { lun } = facts;
  const wwid = inventory.storage.hostedEngine.lun;
  const { map } = lun;
  if (map === undefined) {
    verdict.demand(
      false,
      `LUN ${wwid} of the hosted engine is not visible on ${host.name}`,
      'Present it to the host on the array, rescan (rescan-scsi-bus.sh or a reboot), then look at multipath -ll',
    );
    return;
  }
  const usable = map.paths.filter((path) => path.usable).length;
  verdict.seen(`LUN ${wwid} is ${map.dm}, ${map.size}, ${usable} of ${map.paths.length} paths active ready running`);
  verdict.demand(
    usable === map.paths.length && usable > 0,
    `LUN ${wwid} on ${host.name} has paths that are not active ready running: ${usable} of ${map.paths.length} are`,
    'Look at cables, switch zoning and controllers of the array, then at multipath -ll',
  );
  for (const { name, lun: theirs } of siblings) {
    if (theirs.map === undefined) continue;
    verdict.demand(
      map.paths.length >= theirs.map.paths.length && map.size === theirs.map.size,
      `LUN ${wwid} has ${map.size} and ${map.paths.length} paths on ${host.name}, but ${theirs.map.size} and ${theirs.map.paths.length} paths on ${name}`,
      'Present the LUN to both hosts alike, over the same controllers',
    );
  }
  const domain = ha.map(({ sight }) => sight?.conf.sdUUID).find((id) => id !== undefined && id !== '');
  verdict.demand(
    domain === undefined || lun.volumeGroup === undefined || lun.volumeGroup === domain,
    `LUN ${wwid} on ${host.name} holds ${lunContent(lun).join('; ')}, not the storage domain ${domain} of the engine`,
    'This is another LUN: correct storage.hostedEngine.lun or what the array presents',
  );
}

/** The management network is the one of the other hosts. */
export function judgeNetwork(
  { facts, host }: CheckInput,
  own: ManagementNetwork | undefined,
  siblings: readonly Sibling[],
  verdict: Verdict,
): void {
  if (own === undefined) return;
  const mtu = facts.links.find(({ device }) => device === own.interface)?.mtu;
  for (const sibling of siblings) {
    const route = sibling.defaultRoute;
    const theirs = sibling.addresses.find(({ device }) => device === route?.device);
    if (theirs === undefined) continue;
    verdict.demand(
      inNetwork(own.address, theirs.address, theirs.prefix),
      `${host.name} has ${own.address} for the management network, ${sibling.name} has ${theirs.address}/${theirs.prefix}: these are different networks`,
      'Put the management interfaces of all hosts into one network',
    );
    verdict.demand(
      route?.gateway === own.gateway,
      `${host.name} has gateway ${own.gateway}, ${sibling.name} has ${route?.gateway}`,
      'Give all hosts the same gateway: the HA agents judge their network by it',
    );
    const other = sibling.links.find(({ device }) => device === theirs.device)?.mtu;
    verdict.demand(
      mtu === undefined || other === undefined || mtu === other,
      `the MTU of ${own.interface} on ${host.name} is ${mtu}, that of ${theirs.device} on ${sibling.name} is ${other}`,
      'Give both the same MTU: a migration breaks where it differs',
    );
    verdict.seen(
      `${sibling.name} is in the same management network: ${theirs.address}/${theirs.prefix}, gateway ${route?.gateway}`,
    );
  }
}

/** The host belongs to this engine or to none. */
export function judgeOwner({ facts, host, wish }: CheckInput, all: FurtherHostFacts, known: boolean, verdict: Verdict) {
  const { engine } = facts;
  verdict.demand(
    !engine.deployed || engine.fqdn === wish.fqdn,
    `${host.name} has a hosted engine of its own (${engine.fqdn || 'without a name'})`,
    'Make sure that nothing needs it, then clean it up with cleanUpHostedEngine',
  );
  verdict.demand(
    !engine.bootstrapVm,
    `a deployment of the hosted engine has been left on ${host.name}, or is at work there`,
    `Wait for its end, or on it: ovirt-hosted-engine-cleanup -q`,
  );
  verdict.demand(
    known || !engine.deployed,
    `${host.name} is configured for the hosted engine, but the engine does not have it`,
    `On it: ovirt-hosted-engine-cleanup -q, then a reboot`,
  );
  const ours = all.siblings.map(({ ca }) => ca).find((ca) => ca !== undefined);
  if (all.ca === undefined || ours === undefined) return;
  const foreign = new X509Certificate(all.ca).fingerprint256 !== new X509Certificate(ours).fingerprint256;
  verdict.demand(
    !foreign,
    `${host.name} has certificates of another engine`,
    'Remove it from that engine first, or install its system anew',
  );
}

const IMPORTS = 'Wait until the storage domain hosted_storage is active in the engine; it imports the VM then';

/** The engine serves, and knows its VM, whose cluster the host is to belong to; it has no other host under this name. */
export function judgeEngine({ facts, host }: CheckInput, { engine }: FurtherHostFacts, verdict: Verdict): void {
  const { vm, version } = engine;
  verdict.seen(`engine ${version}, cluster ${engine.cluster?.name ?? 'unknown'}`);
  verdict.demand(vm !== undefined, 'the engine knows no VM of its own', IMPORTS);
  const known = inEngine(host, engine);
  if (known === undefined) return;
  const own = [host.fqdn, host.address, ...facts.names.fqdn.addresses].map((text) => text.toLowerCase());
  verdict.demand(
    own.includes(known.address.toLowerCase()),
    `the engine has a host ${known.name} at ${known.address}, which is no address of ${host.name}`,
    'Give one of them another name: in the inventory, or in the engine',
  );
}

/** A host that the engine does not have yet needs the memory of the engine VM. */
export function judgeMemory(
  { host, profile }: CheckInput,
  memoryMiB: number,
  { engine }: FurtherHostFacts,
  verdict: Verdict,
): void {
  const needed = Math.round((engine.vm?.memory ?? 0) / 2 ** 20);
  verdict.demand(
    inEngine(host, engine) !== undefined || memoryMiB + profile.hostedEngine.memoryGraceMiB >= needed,
    `the engine VM has ${needed} MiB of memory, but ${host.name} has ${memoryMiB} MiB available`,
    'End what uses the memory, or take a larger host',
  );
}

/** The engine VM is managed, another host can run it, and the engine heeds the wish to deploy it on this one. */
export function judgeHostedEngine({ host }: CheckInput, { engine, ha }: FurtherHostFacts, verdict: Verdict): void {
  const { vm, version } = engine;
  verdict.demand(
    vm === undefined || vm.origin === 'managed_hosted_engine',
    'the engine VM is not imported yet, so the engine would refuse',
    IMPORTS,
  );
  const live = knownIds(ha).flatMap((id) => liveStatus(id, ha) ?? []);
  const able = live.filter(({ hostName, score }) => score > 0 && hostName.toLowerCase() !== host.fqdn.toLowerCase());
  verdict.demand(
    able.length > 0,
    'no other host has a working HA agent, so nobody could tell whether this one can run the engine VM',
    'Look at verifyHostedEngine, and bring the agents of the other hosts back first',
  );
  if (able.length > 0) verdict.seen(`can run the engine VM: ${able.map(({ hostName }) => hostName).join(', ')}`);
  const known = inEngine(host, engine);
  if (known === undefined) return;
  // What failed to install is taken out of the engine and added anew.
  const added = known.hosted_engine?.configured === true || known.status === 'install_failed';
  verdict.demand(
    added || !ignoresDeployment(version),
    `the engine has ${host.name} without the hosted engine, and engine ${version} ignores the wish to deploy it in a new installation (bugzilla 1817450)`,
    'Update the engine to 4.3.10, or remove the host from it and start again',
  );
}

function inEngine({ name }: CheckInput['host'], { hosts }: FurtherHostFacts['engine']) {
  return hosts.find(({ inventoryName }) => inventoryName === name);
}
