import * as z from 'zod';
import * as field from './fields.ts';

const logicalUnit = z.object({
  id: z.string(),
  size: field.integer.optional(),
  /** How it is reached over iSCSI; it stands once for each portal. */
  address: z.string().optional(),
  port: field.integer.optional(),
  target: z.string().optional(),
  /** The user of CHAP; no engine shows the password. */
  username: z.string().optional(),
});
const logicalUnits = field.nested('logical_unit', logicalUnit);

/** A storage domain; its status is shown below its data center only (`/datacenters/{id}/storagedomains`). */
export const engineStorageDomain = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  master: field.boolean.optional(),
  /** Where it is attached. */
  data_centers: field.nested('data_center', field.reference),
  /** Bytes that are free. */
  available: field.integer.optional(),
  /** GiB that have to stay free: the engine makes no disk that would leave less. */
  critical_space_action_blocker: field.integer.optional(),
  /** active, maintenance, locked, unknown, …; absent in the global list while attached. */
  status: z.string().optional(),
  storage: z
    .object({
      /** fcp, iscsi, nfs, glusterfs, posixfs, localfs, … */
      type: z.string(),
      address: z.string().optional(),
      path: z.string().optional(),
      /** auto, v3, v4, v4_1, …; absent where none was asked for. */
      nfs_version: z.string().optional(),
      mount_options: z.string().optional(),
      volume_group: z.object({ logical_units: logicalUnits }).optional(),
    })
    .optional(),
});

export type EngineStorageDomain = z.output<typeof engineStorageDomain>;
