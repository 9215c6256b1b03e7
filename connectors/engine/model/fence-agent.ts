import * as z from 'zod';
import * as field from './fields.ts';

/** How the engine switches a host's power; its password is never shown. */
export const engineFenceAgent = z.object({
  id: z.string(),
  type: z.string(),
  address: z.string(),
  username: z.string(),
  order: field.integer.default(1),
  port: field.integer.optional(),
  options: field.nested('option', z.object({ name: z.string(), value: z.string().default('') })),
});

export type EngineFenceAgent = z.output<typeof engineFenceAgent>;
