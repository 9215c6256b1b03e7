import * as z from 'zod';
import * as field from './fields.ts';

export const engineCluster = z.object({
  id: z.string(),
  name: z.string(),
  data_center: field.reference.optional(),
  cpu: z.object({ type: z.string().optional(), architecture: z.string().optional() }).optional(),
  /** legacy (Linux bridge) or ovs. */
  switch_type: z.string().optional(),
  firewall_type: z.string().optional(),
  fencing_policy: z
    .object({
      enabled: field.boolean.optional(),
      skip_if_sd_active: z.object({ enabled: field.boolean }).optional(),
      skip_if_connectivity_broken: z.object({ enabled: field.boolean, threshold: field.integer.optional() }).optional(),
    })
    .optional(),
});

export type EngineCluster = z.output<typeof engineCluster>;
