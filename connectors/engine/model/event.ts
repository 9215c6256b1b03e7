import * as z from 'zod';
import * as field from './fields.ts';

/** An entry of the engine's audit log. Codes: AuditLogType of the engine. */
export const engineEvent = z.object({
  id: z.string(),
  /** Grows with every event; times are in the engine's zone and may jump. */
  index: field.integer,
  code: field.integer,
  severity: z.string(),
  description: z.string().default(''),
  time: field.time.optional(),
  correlation_id: z.string().optional(),
  host: field.reference.optional(),
  vm: field.reference.optional(),
  storage_domain: field.reference.optional(),
});

export type EngineEvent = z.output<typeof engineEvent>;
