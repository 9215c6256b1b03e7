import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';

export const FindOrphanedStatesInput = z.strictObject({
  tolerateHours: z
    .number()
    .min(0)
    .max(720)
    .optional()
    .describe('Hours that maintenance may last which no run has set, before it is a finding; default 8'),
  ...commonInput,
});

export type FindOrphanedStatesInput = z.infer<typeof FindOrphanedStatesInput>;

export const findOrphanedStates: RunbookDefinition<FindOrphanedStatesInput> = {
  name: 'findOrphanedStates',
  title: 'Find states that nobody owns any more',
  purpose:
    'Finds maintenance, disabled firewalls, a stopped engine VM, open image transfers and VMs that a dead or aborted run has left, or that people have forgotten, and ends as failed with each one: since when, whose it was, how to end it. Changes nothing.',
  risk: 'readOnly',
  input: FindOrphanedStatesInput,
  identity: ['mode', 'plan', 'standingApproval', 'ticket'],
  example: {},
  typicalDuration: '1 minute',
  source: 'ovirt-hosted-engine-ha 2.3; article, section 4',
};
