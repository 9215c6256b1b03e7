import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { HOSTED_ENGINE_LOCK, outageLocks, vmLock } from './locks.ts';

export const OUTAGES = ['vm', 'engineVm'] as const;

const fields = z.strictObject({
  vm: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Highly available VM that is migrated there and back: its name in the engine; default: all that run are looked at, none is moved',
    ),
  engineVm: z.boolean().optional().describe('The VM of the engine, and the hosts that can run it; default true'),
  migrate: z
    .boolean()
    .optional()
    .describe('Migrate vm, and the engine VM, to another host and back, each after an approval; default true'),
  destructive: z
    .array(z.enum(OUTAGES))
    .max(OUTAGES.length)
    .optional()
    .describe(
      'What is proven by a real outage, each after the name of the host was typed: "vm": the engine cuts the power of the host that runs vm and switches it on again; "engineVm": another host cuts the power of the one that runs the engine VM, by its management controller, and switches it on again when the engine runs elsewhere; default none',
    ),
  ...commonInput,
});

export const CheckFailoverInput = fields
  .refine(({ vm, destructive = [] }) => vm !== undefined || !destructive.includes('vm'), {
    path: ['vm'],
    message: 'must name the VM whose host is to lose its power, when destructive has "vm"',
  })
  .refine(({ engineVm = true, destructive = [] }) => engineVm || !destructive.includes('engineVm'), {
    path: ['engineVm'],
    message: 'must not be false when destructive has "engineVm"',
  });

export type CheckFailoverInput = z.infer<typeof CheckFailoverInput>;

export const checkFailover: RunbookDefinition<CheckFailoverInput> = {
  name: 'checkFailover',
  title: 'Check failover',
  purpose:
    'Finds what would keep highly available VMs, and the VM of the engine, from being restarted when their host fails; then migrates them to another host and back, each after an approval. On request it lets a host lose its power, also that of the engine VM, and sees what ran there up on another one.',
  risk: 'disruptive',
  input: CheckFailoverInput,
  identity: ['vm', 'engineVm', 'destructive', 'mode', 'plan', 'standingApproval', 'ticket'],
  example: { vm: 'vm1' },
  typicalDuration: '15 minutes',
  locks: ({ vm, engineVm = true, destructive = [] }, site) => [
    ...(destructive.length > 0 ? outageLocks(site) : engineVm ? [HOSTED_ENGINE_LOCK] : []),
    ...(vm === undefined ? [] : [vmLock(vm)]),
  ],
  source: 'article, section 14; ovirt-engine 4.3 (/hosts/{id}/fence, HaAutoStartVmsRunner); ovirt-hosted-engine-ha 2.3',
};
