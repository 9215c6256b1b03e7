import { engineCluster } from '../../connectors/engine/model/cluster.ts';
import { type EngineDisk, engineDisk } from '../../connectors/engine/model/disk.ts';
import { engineHosts, hostName } from '../engine/hosts.ts';
import { networkFacts } from '../network/facts.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext } from '../operation.ts';
import { type DomainFacts, domainFacts, roomIn } from '../storage/facts.ts';
import { leaseDomain, nextRun, type VmFacts, vmFacts } from './facts.ts';
import type { VmPlace, VmPreflight } from './params.ts';
import { GIB, vmDifferences, wishedVm } from './wish.ts';

interface PreflightFacts extends VmFacts {
  readonly cluster?: { readonly id: string };
  readonly domains: readonly { readonly name: string; readonly facts: DomainFacts }[];
  /** Networks of the VM that the data center does not have. */
  readonly missing: readonly string[];
  readonly isoDisk?: EngineDisk;
  /** Hosts of the cluster that are up. */
  readonly up: readonly string[];
  readonly lease?: string;
}

/**
 * Reads whether a VM can be made as it is wished: its cluster, storage, networks and installation image, and how an
 * existing one differs. Changes nothing. (article, section 13)
 */
export const preflightVm = engineOperation<VmPlace, PreflightFacts, VmPreflight>({
  name: 'preflightVm',
  title: ({ name }) => `Check what the VM ${name} needs`,
  look,
  decide(facts, { name, cluster, dataCenter }, { inventory }): EngineDecision<VmPreflight> {
    const wish = wishedVm(inventory, name);
    const { vm, up, domains, missing, isoDisk, lease } = facts;
    const differences = vm === undefined ? [] : vmDifferences(vm, wish, lease);
    const evidence = [
      vm === undefined ? `the engine has no VM ${name}` : `VM ${name} is ${vm.status}`,
      `hosts of ${cluster} that are up: ${up.join(', ') || 'none'}`,
      ...(wish.highAvailability !== undefined && up.length < 2
        ? ['no other host could take it over now: high availability needs a second one']
        : []),
    ];
    const findings: Finding[] = [
      ...(facts.cluster === undefined ? [absent(`cluster ${cluster}`, 'createCluster')] : []),
      ...(up.length === 0 ? [{ what: `no host of cluster ${cluster} is up`, fix: 'Bring one up' }] : []),
      ...domains.flatMap((domain) => judgeDomain(domain, domain.name === wish.disk.domain ? wish.disk.sizeGiB : 0, vm)),
      ...missing.map((network) => absent(`network ${network} in data center ${dataCenter}`, 'createLogicalNetwork')),
      ...(wish.iso !== undefined && isoDisk === undefined ? [absent(`image ${wish.iso}`, 'uploadIso')] : []),
    ];
    const output = { exists: vm !== undefined, differences };
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, output, findings };
    return { state: 'already', changes: [], evidence, output };
  },
});

async function look(context: OperationContext, { name, cluster, dataCenter }: VmPlace): Promise<PreflightFacts> {
  const engine = context.engine();
  const wish = wishedVm(context.inventory, name);
  const wanted = [...new Set([wish.disk.domain, wish.highAvailability?.lease].filter((one) => one !== undefined))];
  const [{ vm }, found, hosts, domains, networks, isoDisk] = await Promise.all([
    vmFacts(context, name),
    engine.named('/clusters', cluster, engineCluster),
    engineHosts(context),
    Promise.all(
      wanted.map(async (domain) => ({ name: domain, facts: await domainFacts(context, domain, dataCenter) })),
    ),
    Promise.all(
      wish.networks.map(async (one) => ({ one, ...(await networkFacts(context, { name: one, dataCenter })) })),
    ),
    findIso(context, wish.iso),
  ]);
  const lease = domains.every(({ facts }) => facts.domain !== undefined) ? await leaseDomain(context, name) : undefined;
  return {
    domains,
    missing: networks.filter(({ network }) => network === undefined).map(({ one }) => one),
    up: hosts.filter((host) => host.status === 'up' && host.cluster?.id === found?.id).map(hostName),
    ...(vm !== undefined && { vm: await nextRun(context, vm) }),
    ...(found !== undefined && { cluster: { id: found.id } }),
    ...(isoDisk !== undefined && { isoDisk }),
    ...(lease !== undefined && { lease }),
  };
}

/** The disk that an installation image lies on; absent where none was uploaded, or none is wished. */
export async function findIso(context: OperationContext, iso: string | undefined): Promise<EngineDisk | undefined> {
  if (iso === undefined) return undefined;
  const disks = await context.engine().list('/disks', engineDisk);
  return disks.find(({ alias, content_type, status }) => alias === iso && content_type === 'iso' && status === 'ok');
}

function judgeDomain(
  { name, facts }: { readonly name: string; readonly facts: DomainFacts },
  sizeGiB: number,
  vm: unknown,
): readonly Finding[] {
  if (facts.domain === undefined) return [absent(`storage domain ${name}`, 'attachStorageDomain')];
  if (facts.attached !== 'active') {
    const what = `storage domain ${name} is ${facts.attached ?? 'not attached'} in ${facts.dataCenter.name}`;
    return [{ what, fix: 'Activate it' }];
  }
  const { room, kept } = roomIn(facts.domain);
  if (vm !== undefined || room === undefined || room >= sizeGiB * GIB) return [];
  const what = `storage domain ${name} has room for ${Math.floor(room / GIB)} GiB (the engine keeps ${kept / GIB} GiB free), the disk is to have ${sizeGiB} GiB`;
  return [{ what, fix: 'Take another domain or a smaller disk' }];
}

function absent(what: string, runbook: string): Finding {
  return { what: `the engine has no ${what}`, fix: `Bring it about with ${runbook}` };
}
