import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { hostAndEngineLocks } from './locks.ts';
import { unknownHost } from './site-names.ts';

export const RecoverHostedEngineAgentInput = z.strictObject({
  host: z.string().min(1).describe('Host whose HA agent does not work: its name in the inventory'),
  ...commonInput,
});

export type RecoverHostedEngineAgentInput = z.infer<typeof RecoverHostedEngineAgentInput>;

export const recoverHostedEngineAgent: RunbookDefinition<RecoverHostedEngineAgentInput> = {
  name: 'recoverHostedEngineAgent',
  title: 'Recover the HA agent of a host',
  purpose:
    'Connects the storage of the hosted engine again, brings broker and agent of the host back, and starts the engine VM where nobody else will.',
  risk: 'disruptive',
  input: RecoverHostedEngineAgentInput,
  identity: ['host', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: unknownHost,
  locks: hostAndEngineLocks,
  example: { host: 'host1' },
  typicalDuration: '5 minutes',
  source: 'article, section 4.3; ovirt-hosted-engine-ha 2.3',
};
