/** Interfaces of the file servers: exports, and what a host has mounted of them. */
import type { Vfs } from './files-model.ts';

/** A directory that a server exports; every host that mounts it works in the same files. */
export interface NfsExport {
  readonly path: string;
  readonly size: number;
  /** The server does not export it while this is false. */
  offered: boolean;
  /** What lies in it, `/` being the exported directory itself. */
  readonly files: Vfs;
  /** Bytes that these files take. */
  used: () => number;
  /** What parts keep on it. */
  readonly holds: Map<string, unknown>;
}

export interface NfsServer {
  readonly name: string;
  readonly address: string;
  answering: boolean;
  readonly exports: readonly NfsExport[];
}
