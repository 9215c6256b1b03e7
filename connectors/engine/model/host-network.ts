/** Networks of a host: its interfaces, the logical networks on them, and those that the engine does not know. */
import * as z from 'zod';
import * as field from './fields.ts';

export const engineNic = z.object({
  id: z.string(),
  name: z.string(),
  /** up or down: the link, not the administrator's wish. */
  status: z.string().optional(),
  vlan: z.object({ id: field.integer }).optional(),
  /** Of a VLAN device: the interface that it stands on. */
  base_interface: z.string().optional(),
  bonding: z.object({ slaves: field.nested('host_nic', z.object({ id: z.string() })) }).optional(),
});

/** One value of a network on a host beside what the engine wants. */
const reportedConfiguration = z.object({
  name: z.string(),
  expected_value: z.string().optional(),
  actual_value: z.string().optional(),
  in_sync: field.boolean.default(true),
});

export const engineNetworkAttachment = z.object({
  id: z.string(),
  network: z.object({ id: z.string() }),
  host_nic: z.object({ id: z.string() }).optional(),
  in_sync: field.boolean.default(true),
  reported_configurations: field.nested('reported_configuration', reportedConfiguration),
});

export const engineUnmanagedNetwork = z.object({
  id: z.string(),
  name: z.string(),
  host_nic: z.object({ id: z.string() }).optional(),
});

export type EngineNic = z.output<typeof engineNic>;
export type EngineNetworkAttachment = z.output<typeof engineNetworkAttachment>;
export type EngineUnmanagedNetwork = z.output<typeof engineUnmanagedNetwork>;
