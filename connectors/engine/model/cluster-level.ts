import * as z from 'zod';
import * as field from './fields.ts';

/** What clusters of a compatibility level may have. */
export const engineClusterLevel = z.object({
  id: z.string(),
  cpu_types: field.nested('cpu_type', z.object({ name: z.string() })),
});

export type EngineClusterLevel = z.output<typeof engineClusterLevel>;
