import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';

export const VerifyDatacenterInput = z.strictObject({ ...commonInput });

export type VerifyDatacenterInput = z.infer<typeof VerifyDatacenterInput>;

export const verifyDatacenter: RunbookDefinition<VerifyDatacenterInput> = {
  name: 'verifyDatacenter',
  title: 'Verify the datacentre',
  purpose:
    'Compares the datacentre with its description and with the rules of the article, and ends as failed with each difference and the runbook that mends it; changes nothing.',
  risk: 'readOnly',
  input: VerifyDatacenterInput,
  identity: ['mode', 'plan', 'standingApproval', 'ticket'],
  example: {},
  typicalDuration: '5 minutes',
  source: 'article, sections 0.4 (standing rules), 6-11, 14 and 16',
};
