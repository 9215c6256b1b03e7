import * as z from 'zod';
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
  /** What of it a host gives in any case, and to what it can grow while the VM runs; in bytes. */
  memory_policy: z.object({ guaranteed: field.integer, max: field.integer }).partial().optional(),
  cpu: z
    .object({
      topology: z.object({ sockets: field.integer, cores: field.integer, threads: field.integer }).partial().optional(),
    })
    .optional(),
  os: z.object({ type: z.string().optional() }).optional(),
  high_availability: z.object({ enabled: field.boolean.optional(), priority: field.integer.optional() }).optional(),
  lease: z.object({ storage_domain: field.reference.optional() }).optional(),
  /** Told by the guest agent; absent until it runs. */
  fqdn: z.string().optional(),
});

/** A disk as a VM has it; its id is the disk's. */
export const engineDiskAttachment = z.object({
  id: z.string(),
  active: field.boolean.optional(),
  bootable: field.boolean.optional(),
  interface: z.string().optional(),
});

export const engineVmNic = z.object({
  id: z.string(),
  name: z.string(),
  plugged: field.boolean.optional(),
  linked: field.boolean.optional(),
  vnic_profile: field.reference.optional(),
});

/** The CD drive; `file` is what lies in it from the next start on. */
export const engineCdrom = z.object({ id: z.string(), file: z.object({ id: z.string().default('') }).optional() });

export const engineWatchdog = z.object({ id: z.string(), model: z.string(), action: z.string() });

/** Its id is the protocol in hexadecimal. */
export const engineConsole = z.object({ id: z.string(), protocol: z.string() });

export type EngineDiskAttachment = z.output<typeof engineDiskAttachment>;
export type EngineVmNic = z.output<typeof engineVmNic>;
export type EngineWatchdog = z.output<typeof engineWatchdog>;

export type EngineVm = z.output<typeof engineVm>;
