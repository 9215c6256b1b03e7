import * as z from 'zod';
import * as field from './fields.ts';

/** A disk; its alias is its name, which several may have. */
export const engineDisk = z.object({
  id: z.string(),
  alias: z.string().default(''),
  description: z.string().default(''),
  /** ok, locked or illegal; a disk on a LUN of its own has none. */
  status: z.string().optional(),
  provisioned_size: field.integer.optional(),
  /** raw or cow. */
  format: z.string().optional(),
  /** data, iso, ovf_store, … */
  content_type: z.string().optional(),
  storage_domains: field.nested('storage_domain', field.reference),
});

export type EngineDisk = z.output<typeof engineDisk>;
