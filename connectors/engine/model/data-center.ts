import * as z from 'zod';
import * as field from './fields.ts';

export const engineDataCenter = z.object({
  id: z.string(),
  name: z.string(),
  /** up, problematic, uninitialized, contend, … */
  status: z.string().optional(),
  local: field.boolean.optional(),
});

export type EngineDataCenter = z.output<typeof engineDataCenter>;
