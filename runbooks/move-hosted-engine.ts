import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { HOSTED_ENGINE_LOCK } from './locks.ts';
import { names, unknownNames } from './site-names.ts';

export const MoveHostedEngineInput = z.strictObject({
  to: z
    .string()
    .min(1)
    .optional()
    .describe('Host that is to run the engine VM: its name in the inventory; default: the fittest other one'),
  ...commonInput,
});

export type MoveHostedEngineInput = z.infer<typeof MoveHostedEngineInput>;

export const moveHostedEngine: RunbookDefinition<MoveHostedEngineInput> = {
  name: 'moveHostedEngine',
  title: 'Move the engine VM to another host',
  purpose:
    'Migrates the running engine VM to another host through the engine; where the engine does not answer, stops it under global maintenance and starts it there, after an approval.',
  risk: 'disruptive',
  input: MoveHostedEngineInput,
  identity: ['to', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: ({ to }, { hosts }) => unknownNames('to', 'host', to, names(hosts)),
  example: { to: 'host2' },
  typicalDuration: '5 minutes',
  locks: () => [HOSTED_ENGINE_LOCK],
  source: 'article, sections 4 and 14; ovirt-engine 4.3 (MigrateVmToServerCommand); ovirt-hosted-engine-ha 2.3',
};
