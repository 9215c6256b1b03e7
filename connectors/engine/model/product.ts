import * as z from 'zod';

/** What the engine calls itself, at the root of its API. */
export const engineProduct = z.object({
  product_info: z.object({ version: z.object({ full_version: z.string().default('unknown') }) }),
});
