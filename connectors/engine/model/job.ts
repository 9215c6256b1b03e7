import * as z from 'zod';
import * as field from './fields.ts';

/** Background work of the engine. A finished one is forgotten after 10 minutes, a failed one after 60. */
export const engineJob = z.object({
  id: z.string(),
  description: z.string().default(''),
  /** started, finished, failed, aborted or unknown. */
  status: z.string(),
  start_time: field.time.optional(),
  end_time: field.time.optional(),
});

export type EngineJob = z.output<typeof engineJob>;
