import type { SiteView } from '../../activities/run/site.ts';
import { addHost } from '../../runbooks/add-host.ts';
import { addHostedEngineHost } from '../../runbooks/add-hosted-engine-host.ts';
import { attachStorageDomain } from '../../runbooks/attach-storage-domain.ts';
import { configureFencing } from '../../runbooks/configure-fencing.ts';
import { createCluster } from '../../runbooks/create-cluster.ts';
import { createDataCenter } from '../../runbooks/create-data-center.ts';
import { createHaVm } from '../../runbooks/create-ha-vm.ts';
import { createLogicalNetwork } from '../../runbooks/create-logical-network.ts';
import type { CommonInput, RunbookDefinition } from '../../runbooks/definition.ts';
import { deployHostedEngine } from '../../runbooks/deploy-hosted-engine.ts';
import { lastPart, uploadIso } from '../../runbooks/upload-iso.ts';
import { asChild, type ChildCall } from '../runtime/index.ts';

/** A runbook that brings one part of the datacentre about. */
export interface Part extends ChildCall {
  readonly title: string;
}

/**
 * The parts of the datacentre that the inventory describes, in the order of the article; each stage needs the ones before
 * it, those of one stage may be worked on at the same time. (article, section 16)
 */
export function datacenterParts({ engine, hosts, wished }: SiteView): readonly (readonly Part[])[] {
  const able = hosts.filter(({ role }) => role === 'hostedEngine');
  const [first, ...further] = able.map(({ name }) => name);
  const ordinary = hosts.filter(({ role }) => role === 'host').map(({ name }) => name);
  const fenceable = hosts.filter((host) => host.fenceable).map(({ name }) => name);
  const stages = [
    first === undefined ? [] : [part(`Deploy the hosted engine on ${first}`, deployHostedEngine, { host: first })],
    // The deploy makes both, with the names of the inventory; what it could not set is compared here.
    [part(`Create the data center ${engine.dataCenter}`, createDataCenter, {})],
    [part(`Create the cluster ${engine.cluster}`, createCluster, {})],
    hostParts(further, ordinary),
    // Tested through another host, so not before there is one.
    fenceable.map((host) => part(`Configure fencing of ${host}`, configureFencing, { host })),
    // Every host has to see a LUN before it becomes a domain of theirs; the first domain initialises the data center.
    ...wished.dataDomains.map(({ name }) => [part(`Attach the storage domain ${name}`, attachStorageDomain, { name })]),
    ...wished.networks.map(({ name }) => [part(`Create the network ${name}`, createLogicalNetwork, { name })]),
    ...wished.isos.map(({ file, name = lastPart(file) }) => [part(`Upload ${name}`, uploadIso, { file: name })]),
    ...wished.vms.map(({ name }) => [part(`Create the VM ${name}`, createHaVm, { name })]),
  ];
  return stages.filter((stage) => stage.length > 0);
}

/**
 * Ordinary hosts at the same time, beside one that can run the engine VM: of those each waits for the one before, because
 * an engine of 4.3 reads the hosted engine's configuration through the SPM without a lock, and takes an empty one where
 * that fails. So that none waits in the place of an ordinary one, the first of them comes first and the rest last.
 * (engine: HostedEngineConfigFetcher, RetrieveImageDataCommand)
 */
function hostParts(able: readonly string[], ordinary: readonly string[]): readonly Part[] {
  const [first, ...rest] = able.map((host) =>
    part(`Add ${host} with the hosted engine`, addHostedEngineHost, { host }),
  );
  return [...(first ? [first] : []), ...ordinary.map((host) => part(`Add ${host}`, addHost, { host })), ...rest];
}

function part<Input extends CommonInput>(
  title: string,
  runbook: RunbookDefinition<Input>,
  input: Omit<Input, keyof CommonInput>,
): Part {
  return { title, ...asChild(runbook, input) };
}
