import type * as z from 'zod';
import type { EngineEvent } from './model/event.ts';
import type { EngineJob } from './model/job.ts';

export interface ListOptions {
  /** In the engine's search language; only for the collections of `search.ts`. */
  readonly search?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export interface EventsWanted {
  /** Those with a higher index than this. */
  readonly since?: number;
  /** In the engine's search language: `event_host="host2"`. */
  readonly search?: string;
  readonly correlationId?: string;
  /** The newest so many; without it, all. */
  readonly max?: number;
}

/** What a host's fence agents tell of its power, or why they tell nothing. */
export type PowerStatus = { readonly power: 'on' | 'off' | 'unknown' } | { readonly fault: string };

/** Names of the targets that a portal offers to a host, or why it offers none. */
export type IscsiTargets = { readonly targets: readonly string[] } | { readonly fault: string };

/** What operations may do with the engine: look. Paths stand below /ovirt-engine/api and begin with a slash. */
export interface EngineReader {
  /** The id that this step's requests carry: its events and jobs are found by it, its retries share it. */
  readonly correlationId: string;
  /** The ids of all attempts at this step, or at the one that this step takes back: by them its own work is told. */
  readonly ownIds: readonly string[];
  /** @throws NotFound */
  get<T>(path: string, schema: z.ZodType<T>, query?: Readonly<Record<string, string>>): Promise<T>;
  /** Undefined where there is none. */
  find<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** All members of a collection, none twice. */
  list<T>(path: string, schema: z.ZodType<T>, options?: ListOptions): Promise<readonly T[]>;
  /** The one of exactly this name. @throws PreconditionFailed when several have it */
  named<T extends { readonly name: string }>(path: string, name: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** Events, oldest first. */
  events(wanted: EventsWanted): Promise<readonly EngineEvent[]>;
  /** Jobs of a correlation id, by default this step's; ended ones are forgotten by the engine after minutes. */
  jobs(correlationId?: string): Promise<readonly EngineJob[]>;
  /** Asks the host's management controller through another host, by the fence agents that the engine has; switches nothing. */
  powerStatus(hostId: string): Promise<PowerStatus>;
  /**
   * Asks an iSCSI portal through a host; nobody is logged in. By the engine, because iscsiadm's own discovery leaves records
   * of all targets on the host.
   */
  iscsiTargets(hostId: string, portal: { readonly address: string; readonly port: number }): Promise<IscsiTargets>;
  /** The public key with which the engine logs in to its hosts: type and key as in authorized_keys, no comment. */
  sshKey(): Promise<string>;
}
