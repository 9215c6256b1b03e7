import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { hostAndEngineLocks } from './locks.ts';
import { unknownHost } from './site-names.ts';

export const AddHostedEngineHostInput = z.strictObject({
  host: z.string().min(1).describe('Host that is to be able to run the engine VM: its name in the inventory'),
  updatePackages: z
    .boolean()
    .optional()
    .describe('Update all packages of the host before the setup is installed, as the article does; default false'),
  ...commonInput,
});

export type AddHostedEngineHostInput = z.infer<typeof AddHostedEngineHostInput>;

export const addHostedEngineHost: RunbookDefinition<AddHostedEngineHostInput> = {
  name: 'addHostedEngineHost',
  title: 'Add a host that can run the engine VM',
  purpose:
    'Prepares a further host, adds it to the engine with the hosted engine deployed, or installs it again that way, and proves from another host that it can run the engine VM.',
  risk: 'disruptive',
  input: AddHostedEngineHostInput,
  identity: ['host', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: unknownHost,
  example: { host: 'host3' },
  typicalDuration: '30 minutes',
  locks: hostAndEngineLocks,
  source: 'article, section 8; ovirt-engine 4.3 (AddVdsCommand, InstallVdsCommand)',
};
