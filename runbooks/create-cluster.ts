import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { clusterLock } from './locks.ts';
import { names, unknownNames } from './site-names.ts';

const name = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'may hold up to 40 letters, digits, - and _ only');

export const CreateClusterInput = z.strictObject({
  name: name.optional().describe('Name of the cluster; default: engine.cluster of the inventory'),
  dataCenter: name.optional().describe('Data center that it belongs to; default: engine.dataCenter of the inventory'),
  cpuType: z
    .string()
    .min(1)
    .optional()
    .describe(
      'CPU type as the engine names it; default: cluster.cpuType of the inventory, else the newest that the oldest CPU among the hosts has',
    ),
  hosts: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Hosts that are to be in the cluster: names in the inventory; default: all of them'),
  ...commonInput,
});

export type CreateClusterInput = z.infer<typeof CreateClusterInput>;

export const createCluster: RunbookDefinition<CreateClusterInput> = {
  name: 'createCluster',
  title: 'Create a cluster',
  purpose:
    'Makes a cluster with Linux bridges, firewalld and the CPU type that all its hosts can give; an existing one is compared, and changed only after an approval that shows the differences.',
  risk: 'disruptive',
  input: CreateClusterInput,
  locks: ({ name }, { engine }) => [clusterLock(name ?? engine.cluster)],
  identity: ['name', 'dataCenter', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: ({ hosts }, site) => unknownNames('hosts', 'host', hosts, names(site.hosts)),
  example: {},
  typicalDuration: '1 minute',
  source: 'article, section 7; oVirt /clusters',
};
