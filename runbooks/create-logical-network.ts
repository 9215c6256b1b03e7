import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { clusterLock, hostLock } from './locks.ts';
import { names, unknownNames } from './site-names.ts';

export const CreateLogicalNetworkInput = z.strictObject({
  name: z.string().min(1).describe('Logical network: a name of networks in the inventory'),
  dataCenter: z
    .string()
    .min(1)
    .optional()
    .describe('Data center that it belongs to; default: engine.dataCenter of the inventory'),
  cluster: z.string().min(1).optional().describe('Cluster that gets it; default: engine.cluster of the inventory'),
  hosts: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Hosts that are to carry it: names in the inventory; default: all hosts of the cluster'),
  ...commonInput,
});

export type CreateLogicalNetworkInput = z.infer<typeof CreateLogicalNetworkInput>;

export const createLogicalNetwork: RunbookDefinition<CreateLogicalNetworkInput> = {
  name: 'createLogicalNetwork',
  title: 'Create a logical network',
  purpose:
    'Makes a logical network with its VLAN, brings it into the cluster and onto every host, one by one, each with the engine’s connectivity check, and proves it in the engine and on the hosts. An existing one is compared, and changed only after an approval.',
  risk: 'disruptive',
  input: CreateLogicalNetworkInput,
  locks: ({ cluster, hosts }, site) => [
    clusterLock(cluster ?? site.engine.cluster),
    ...(hosts ?? site.hosts.map(({ name }) => name)).map(hostLock),
  ],
  identity: ['name', 'dataCenter', 'cluster', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: ({ name, hosts }, site) => [
    ...unknownNames('name', 'network', name, names(site.wished.networks)),
    ...unknownNames('hosts', 'host', hosts, names(site.hosts)),
  ],
  example: { name: 'ovirtvm-vlan432' },
  typicalDuration: '5 minutes',
  source: 'article, section 11; oVirt /networks, /hosts/{id}/setupnetworks',
};
