import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { unknownHost } from './site-names.ts';

export const VerifyHostedEngineInput = z.strictObject({
  host: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Host that lends its copy of the CA of the engine where the inventory names none; default: the first that can run the engine VM. All of them are asked in any case',
    ),
  ...commonInput,
});

export type VerifyHostedEngineInput = z.infer<typeof VerifyHostedEngineInput>;

export const verifyHostedEngine: RunbookDefinition<VerifyHostedEngineInput> = {
  name: 'verifyHostedEngine',
  title: 'Verify the hosted engine',
  purpose:
    'Checks the health of the hosted engine from every host that can run it, and ends as failed with each thing that is wrong; changes nothing.',
  risk: 'readOnly',
  input: VerifyHostedEngineInput,
  identity: ['host', 'mode', 'plan', 'standingApproval', 'ticket'],
  unknownNames: unknownHost,
  example: {},
  typicalDuration: '1 minute',
  source: 'article, sections 4 and 14; ovirt-hosted-engine-ha 2.3',
};
