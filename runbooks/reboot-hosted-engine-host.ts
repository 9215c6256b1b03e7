import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { hostAndEngineLocks } from './locks.ts';
import { unknownHost } from './site-names.ts';

export const RebootHostedEngineHostInput = z.strictObject({
  host: z.string().min(1).describe('Host to reboot, one that can run the engine VM: its name in the inventory'),
  strategy: z
    .enum(['auto', 'globalMaintenance', 'moveEngine'])
    .optional()
    .describe(
      '"moveEngine": the engine puts the host into maintenance, so its VM moves to another host and goes on; "globalMaintenance": the engine VM is shut down and started again; "auto" (default): offers to move where another host is fit, else stops',
    ),
  ...commonInput,
});

export type RebootHostedEngineHostInput = z.infer<typeof RebootHostedEngineHostInput>;

export const rebootHostedEngineHost: RunbookDefinition<RebootHostedEngineHostInput> = {
  name: 'rebootHostedEngineHost',
  title: 'Reboot a host of the hosted engine',
  purpose:
    'Reboots a host that can run the engine VM, so that HA neither interferes nor stays off: moves the engine VM away, or stops it under global maintenance and starts it again; proves that host, HA and engine are back.',
  risk: 'disruptive',
  input: RebootHostedEngineHostInput,
  locks: hostAndEngineLocks,
  identity: ['host', 'strategy', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: unknownHost,
  example: { host: 'host1' },
  typicalDuration: '25 minutes',
  source: 'article, section 4; ovirt-hosted-engine-ha 2.3; engine: MaintenanceNumberOfVdssCommand',
};
