import * as z from 'zod';
import * as field from './fields.ts';

/** An image transfer. 4.3 and 4.4 before 4.4.7 forget it when it ends; later ones show it for a while as finished. */
export const engineImageTransfer = z.object({
  id: z.string(),
  /** initializing, transferring, resuming, paused_…, cancelled_…, finalizing_…, finished_…. */
  phase: z.string(),
  direction: z.string().optional(),
  /** Bytes, as the engine last heard from the daemon. */
  transferred: field.integer.optional(),
  /** Where the image is reached while the transfer lasts; whoever knows the address may write. */
  transfer_url: z.string().optional(),
  proxy_url: z.string().optional(),
  /** The disk, in the older form that answers use. */
  image: field.reference.optional(),
  disk: field.reference.optional(),
});

export type EngineImageTransfer = z.output<typeof engineImageTransfer>;
