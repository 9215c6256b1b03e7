import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { hostLock } from './locks.ts';
import { unknownHost } from './site-names.ts';

export const AddHostInput = z.strictObject({
  host: z.string().min(1).describe('Host that is to run VMs other than the engine VM: its name in the inventory'),
  updatePackages: z
    .boolean()
    .optional()
    .describe('Update all packages of the host before the engine installs it, as the article does; default false'),
  ...commonInput,
});

export type AddHostInput = z.infer<typeof AddHostInput>;

export const addHost: RunbookDefinition<AddHostInput> = {
  name: 'addHost',
  title: 'Add an ordinary host',
  purpose:
    'Prepares a further host, and adds it to the engine for VMs other than the engine VM: without the hosted engine, and without its LUN.',
  risk: 'disruptive',
  input: AddHostInput,
  identity: ['host', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: unknownHost,
  example: { host: 'host3' },
  typicalDuration: '30 minutes',
  locks: ({ host }) => [hostLock(host)],
  source: 'article, section 8; ovirt-engine 4.3 (AddVdsCommand)',
};
