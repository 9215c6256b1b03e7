/**
 * stack/ starts, finds and ends the processes of a stack on this machine: Temporal, the lab, a worker.
 * This file: what is written down about them in `$RUNBOOK_HOME`.
 */
import type { Home } from '../home.ts';

/** The contract: printed by `up --json` and kept as `stack.json` while the stack is up. */
export interface Stack {
  readonly temporal: { readonly address: string; readonly ui?: string; readonly namespace: string };
  readonly lab?: LabRecord;
  /** The user's inventory; with a lab it is the lab's. */
  readonly inventory?: string;
  readonly pids: { readonly temporal?: number; readonly lab?: number; readonly worker?: number };
}

export interface LabRecord {
  readonly control: string;
  readonly engine: string;
  readonly inventory: string;
  readonly hosts: Readonly<Record<string, { readonly address: string; readonly port: number }>>;
}

export interface LabSettings {
  readonly preset: string;
  readonly hosts: number;
  readonly speed: number;
  readonly profile?: string;
  readonly controlPort?: number;
}

/** What the next `up` takes over, also after `down`: the same ports, database and lab. */
export interface Settings {
  readonly temporalPort?: number;
  readonly uiPort?: number;
  /** The inventory of the last worker: open runs belong to its datacentre. */
  readonly servedInventory?: string;
  readonly lab?: LabSettings;
}

export const ROLES = ['worker', 'lab', 'temporal'] as const;
export type Role = (typeof ROLES)[number];

/** A process as it was started: a pid alone may by now belong to somebody else. */
export interface ProcessRecord {
  readonly pid: number;
  readonly started: string;
}

export type Processes = Readonly<Partial<Record<Role, ProcessRecord>>>;

const STACK = 'stack.json';
const SETTINGS = 'settings.json';
const PROCESSES = 'processes.json';

export const readStack = (home: Home): Stack | undefined => home.read<Stack>(STACK);
export const writeStack = (home: Home, stack: Stack): void => home.write(STACK, stack);
export const stackFile = (home: Home): string => home.path(STACK);

export const readSettings = (home: Home): Settings => home.read<Settings>(SETTINGS) ?? {};
export const writeSettings = (home: Home, settings: Settings): void => home.write(SETTINGS, settings);

export const readProcesses = (home: Home): Processes => home.read<Processes>(PROCESSES) ?? {};
export const writeProcesses = (home: Home, processes: Processes): void => home.write(PROCESSES, processes);
