import { z } from 'zod';
import * as field from './fields.ts';

/** A virtual machine as the engine sees it. */
export const engineVm = z.object({
  id: z.string(),
  name: z.string(),
  /** up, down, powering_up, migrating, … */
  status: z.string(),
  /** managed_hosted_engine: the VM of the engine itself; hosted_engine: it, not imported yet. */
  origin: z.string().optional(),
  /** Where it runs; absent when it does not. */
  host: field.reference.optional(),
  cluster: field.reference.optional(),
  /** In bytes. */
  memory: field.integer.optional(),
});

export type EngineVm = z.output<typeof engineVm>;
