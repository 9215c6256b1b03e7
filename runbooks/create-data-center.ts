import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';

export const CreateDataCenterInput = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, 'may hold up to 40 letters, digits, - and _ only')
    .optional()
    .describe('Name of the data center; default: engine.dataCenter of the inventory'),
  ...commonInput,
});

export type CreateDataCenterInput = z.infer<typeof CreateDataCenterInput>;

export const createDataCenter: RunbookDefinition<CreateDataCenterInput> = {
  name: 'createDataCenter',
  title: 'Create a data center',
  purpose:
    'Makes a data center with shared storage; an existing one is compared, and changed only after an approval that shows the differences.',
  risk: 'disruptive',
  input: CreateDataCenterInput,
  identity: ['name', 'mode', 'plan', 'standingApproval', 'ticket'],
  example: {},
  typicalDuration: '1 minute',
  source: 'article, section 6; oVirt /datacenters',
};
