import * as z from 'zod';
import * as field from './fields.ts';

/** A snapshot of a VM; the present state is listed among them, as `Active VM`. */
export const engineSnapshot = z.object({
  id: z.string(),
  description: z.string().default(''),
  /** regular, active, stateless, preview. */
  snapshot_type: z.string().default('regular'),
  /** ok, locked, in_preview. */
  snapshot_status: z.string().default('ok'),
  date: field.time.optional(),
});

export type EngineSnapshot = z.output<typeof engineSnapshot>;
