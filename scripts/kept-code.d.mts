export interface MadeCode {
  readonly code: string;
  /** Every file that was read for it. */
  readonly inputs: Iterable<string>;
}

export interface KeptCode {
  /** Absolute. */
  readonly path: string;
  /** It was there and is still right. */
  readonly cached: boolean;
}

export function keptCode(path: string, make: () => Promise<MadeCode>): Promise<KeptCode>;
export function nameFor(...what: readonly string[]): string;
