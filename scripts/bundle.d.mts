import type { KeptCode } from './kept-code.mjs';

export function keptBundle(entry: string, folder: string): Promise<KeptCode>;
export function keptWhole(entry: string, folder: string): Promise<KeptCode>;
