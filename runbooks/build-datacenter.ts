import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { clusterLock, HOSTED_ENGINE_LOCK, hostLock, storageDomainLock, vmLock } from './locks.ts';

export const BuildDatacenterInput = z.strictObject({
  atATime: z
    .number()
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe('Hosts that are worked on at the same time where that is safe; default 2'),
  stopAfter: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('After so many failed hosts no other one is begun before people have decided; default 1'),
  ...commonInput,
});

export type BuildDatacenterInput = z.infer<typeof BuildDatacenterInput>;

export const buildDatacenter: RunbookDefinition<BuildDatacenterInput> = {
  name: 'buildDatacenter',
  title: 'Build the datacentre',
  purpose:
    'Brings about all that the inventory describes, in the order of the article: the engine, data center, cluster, further hosts, fencing, storage domains, networks, images, VMs; what is there already stays as it is. Each part is a runbook of its own.',
  risk: 'destructive',
  input: BuildDatacenterInput,
  locks: (_input, { hosts, engine, wished }) => [
    HOSTED_ENGINE_LOCK,
    clusterLock(engine.cluster),
    ...hosts.map(({ name }) => hostLock(name)),
    ...wished.dataDomains.map(({ name }) => storageDomainLock(name)),
    ...wished.vms.map(({ name }) => vmLock(name)),
  ],
  identity: ['mode', 'plan', 'standingApproval', 'ticket'],
  example: {},
  typicalDuration: '2 hours',
  source: 'article, section 16',
};
