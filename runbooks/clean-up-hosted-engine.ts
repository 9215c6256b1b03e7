import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { hostAndEngineLocks } from './locks.ts';
import { unknownHost } from './site-names.ts';

export const CleanUpHostedEngineInput = z.strictObject({
  host: z.string().min(1).describe('Host that the hosted engine is taken off: its name in the inventory'),
  engineToo: z
    .boolean()
    .optional()
    .describe(
      'The host runs the engine VM, or is the last that could: take the engine down with it. Its approval has to be typed; default false',
    ),
  removePackages: z
    .boolean()
    .optional()
    .describe("Remove oVirt's and libvirt's packages afterwards; default false: they stay"),
  ...commonInput,
});

export type CleanUpHostedEngineInput = z.infer<typeof CleanUpHostedEngineInput>;

export const cleanUpHostedEngine: RunbookDefinition<CleanUpHostedEngineInput> = {
  name: 'cleanUpHostedEngine',
  title: 'Clean up the hosted engine on a host',
  purpose:
    'Takes the hosted engine off a host: saves its configuration, runs the cleanup tool, removes what that leaves, and lists what still stays. The LUN is never touched.',
  risk: 'destructive',
  input: CleanUpHostedEngineInput,
  locks: hostAndEngineLocks,
  identity: ['host', 'engineToo', 'removePackages', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: unknownHost,
  example: { host: 'host2' },
  typicalDuration: '10 minutes',
  source: 'article, section 5; ovirt-hosted-engine-setup 2.3 (ovirt-hosted-engine-cleanup)',
};
