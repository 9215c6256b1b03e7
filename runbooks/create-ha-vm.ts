import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { outageLocks, vmLock } from './locks.ts';
import { names, unknownNames } from './site-names.ts';

export const CreateHaVmInput = z.strictObject({
  name: z.string().min(1).describe('VM: a name of vms in the inventory'),
  dataCenter: z.string().min(1).optional().describe('Its data center; default: engine.dataCenter of the inventory'),
  cluster: z.string().min(1).optional().describe('Its cluster; default: engine.cluster of the inventory'),
  proveRestart: z
    .boolean()
    .optional()
    .describe(
      'Prove that it is restarted when its host fails: after the name of the host was typed, the engine cuts its power and switches it on again; default false',
    ),
  ...commonInput,
});

export type CreateHaVmInput = z.infer<typeof CreateHaVmInput>;

export const createHaVm: RunbookDefinition<CreateHaVmInput> = {
  name: 'createHaVm',
  title: 'Create a highly available VM',
  purpose:
    'Makes a VM with its disk, NICs, installation image, watchdog, HA priority and lease, starts it, waits for people to install its system, and migrates it to another host and back; on request it lets its host lose its power, and sees it restarted on another one. An existing one is compared, and changed only after an approval.',
  risk: 'low',
  input: CreateHaVmInput,
  locks: ({ name, proveRestart = false }, site) => [...(proveRestart ? outageLocks(site) : []), vmLock(name)],
  identity: ['name', 'dataCenter', 'cluster', 'proveRestart', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: ({ name }, { wished }) => unknownNames('name', 'VM', name, names(wished.vms)),
  example: { name: 'vm1' },
  typicalDuration: '10 minutes',
  source: 'article, sections 13 and 14; oVirt /vms',
};
