export const CLI_VERSION: string;
export class TemporalMissing extends Error {}
export function cacheDirectory(env?: NodeJS.ProcessEnv): string;
export function findTemporal(env?: NodeJS.ProcessEnv): string | undefined;
export function obtainTemporal(options?: {
  readonly env?: NodeJS.ProcessEnv;
  readonly log?: (line: string) => void;
}): Promise<string>;
