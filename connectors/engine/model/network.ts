import { z } from 'zod';
import * as field from './fields.ts';

/** A logical network as a cluster has it. */
export const engineClusterNetwork = z.object({
  id: z.string(),
  name: z.string(),
  vlan: z.object({ id: field.integer }).optional(),
  /** 0: the default of the engine, 1500. */
  mtu: field.integer.default(0),
  required: field.boolean.default(false),
  /** vm, management, display, migration, default_route, gluster. */
  usages: field.nested('usage', z.string()),
});

export type EngineClusterNetwork = z.output<typeof engineClusterNetwork>;
