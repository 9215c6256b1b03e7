import { z } from 'zod';
import * as field from './fields.ts';

/** A storage domain; its status is shown below its data center only (`/datacenters/{id}/storagedomains`). */
export const engineStorageDomain = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  master: field.boolean.optional(),
  /** active, maintenance, locked, unknown, …; absent in the global list while attached. */
  status: z.string().optional(),
});

export type EngineStorageDomain = z.output<typeof engineStorageDomain>;
