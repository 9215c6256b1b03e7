import type { KeptCode } from './kept-code.mjs';

export interface Otherwise {
  /** Other files, by absolute path, for those that code asks for by their place. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Other modules, by name, for those that code imports. */
  readonly alias?: Readonly<Record<string, string>>;
}

export function keptBundle(entry: string, folder: string): Promise<KeptCode>;
export function keptWhole(entry: string, folder: string, otherwise?: Otherwise): Promise<KeptCode>;
export function keptCommand(entry: string, folder: string): Promise<KeptCode>;
