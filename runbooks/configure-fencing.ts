import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { hostAndEngineLocks } from './locks.ts';
import { unknownHost } from './site-names.ts';

export const ConfigureFencingInput = z.strictObject({
  host: z
    .string()
    .min(1)
    .describe('Host that the engine is to fence: its name in the inventory, whose bmc says how its power is switched'),
  kdump: z
    .boolean()
    .optional()
    .describe(
      'Kdump integration, so that the host is not fenced while it writes a crash dump; installs it again where it has none; default true',
    ),
  policyControl: z
    .boolean()
    .optional()
    .describe(
      'Let the scheduling policy of the cluster switch the power of the host; default true; false is "Disable policy control of power management"',
    ),
  powerCycle: z
    .boolean()
    .optional()
    .describe(
      'Prove it by switching the host off and on through the engine, in maintenance, after its name was typed; default false',
    ),
  ...commonInput,
});

export type ConfigureFencingInput = z.infer<typeof ConfigureFencingInput>;

export const configureFencing: RunbookDefinition<ConfigureFencingInput> = {
  name: 'configureFencing',
  title: 'Configure fencing of a host',
  purpose:
    'Gives a host a fence agent, tests it through another host, enables power management with Kdump integration, and on request proves it by a real power cycle.',
  risk: 'disruptive',
  input: ConfigureFencingInput,
  identity: ['host', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: unknownHost,
  example: { host: 'host2' },
  typicalDuration: '20 minutes',
  locks: hostAndEngineLocks,
  source: 'article, section 9; ovirt-engine 4.3 (/hosts/{id}/fenceagents, fence, InstallVdsCommand)',
};
