import * as z from 'zod';
import * as field from './fields.ts';

/** A LUN as a host of the engine sees it (`/hosts/{id}/storage`); the engine shows one in each entry. */
const engineLun = z.object({
  /** Its WWID. */
  id: z.string(),
  /** Bytes, in whole GiB on 4.3. */
  size: field.integer.optional(),
  paths: field.integer.optional(),
  /** free, used or unusable; `used` carries partitions, LVM or a file system. */
  status: z.string().optional(),
  /** The iSCSI target that it comes from. */
  target: z.string().optional(),
  volume_group_id: z.string().optional(),
  /** Set where this engine has a storage domain on it. */
  storage_domain_id: z.string().optional(),
  /** Set where a VM has the whole LUN as its disk. */
  disk_id: z.string().optional(),
});

export const engineHostStorage = z.object({
  id: z.string(),
  type: z.string().optional(),
  logical_units: field.nested('logical_unit', engineLun),
});

export type EngineLun = z.output<typeof engineLun>;
