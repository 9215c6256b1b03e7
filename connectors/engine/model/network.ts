import * as z from 'zod';
import * as field from './fields.ts';

/** A logical network of a data center. */
export const engineNetwork = z.object({
  id: z.string(),
  name: z.string(),
  /** What VDSM calls it on hosts, because longer names fit no interface; absent before 4.4. */
  vdsm_name: z.string().optional(),
  vlan: z.object({ id: field.integer }).optional(),
  /** 0: the default of the engine, 1500. */
  mtu: field.integer.default(0),
  /** vm, and in a cluster management, display, migration, default_route, gluster. */
  usages: field.nested('usage', z.string()),
});

/** A logical network as a cluster has it. */
export const engineClusterNetwork = engineNetwork.extend({
  required: field.boolean.default(false),
  /** operational, or non_operational while a host lacks a required one. */
  status: z.string().optional(),
});

export const engineVnicProfile = z.object({ id: z.string(), name: z.string() });

export type EngineNetwork = z.output<typeof engineNetwork>;
export type EngineClusterNetwork = z.output<typeof engineClusterNetwork>;
