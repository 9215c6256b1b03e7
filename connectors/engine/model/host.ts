import * as z from 'zod';
import * as field from './fields.ts';

/** A host as the engine sees it. */
export const engineHost = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  /** up, maintenance, preparing_for_maintenance, installing, install_failed, non_operational, … (facts of the API's model) */
  status: z.string(),
  /** The reason that was given for maintenance, or why the host is non operational. */
  status_detail: z.string().optional(),
  cluster: field.reference.optional(),
  /** `spm` on the one host that leads its data center. */
  spm: z.object({ status: z.string().optional(), priority: field.integer.optional() }).optional(),
  /** Only on hosts that can run the engine VM; lags behind the agents by some 15 seconds. */
  hosted_engine: z
    .object({
      active: field.boolean,
      configured: field.boolean,
      score: field.integer,
      global_maintenance: field.boolean,
      local_maintenance: field.boolean,
    })
    .optional(),
  /** In bytes: how much memory a VM that is started or moved here may still have. */
  max_scheduling_memory: field.integer.optional(),
  network_operation_in_progress: field.boolean.optional(),
  ssh: z.object({ port: field.integer.default(22) }).optional(),
  /** Of vdsm on the host; the engine takes an absent one for 54321. */
  port: field.integer.optional(),
  power_management: z
    .object({
      enabled: field.boolean.optional(),
      /** Wait for a crash dump before fencing. */
      kdump_detection: field.boolean.optional(),
      /** False: the scheduling policy may not switch its power. */
      automatic_pm_enabled: field.boolean.optional(),
    })
    .optional(),
  /** enabled, disabled or unknown: whether the host's crash kernel would tell that it writes a dump. */
  kdump_status: z.string().optional(),
});

export type EngineHost = z.output<typeof engineHost>;
