/** `free -m`: what the deployment counts as available, which is free plus buffers and cache. */
export function parseFree(text: string): { readonly totalMiB: number; readonly usableMiB: number } | undefined {
  const columns = /^Mem:\s+(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/).map(Number);
  const [total, , free, , cache] = columns ?? [];
  if (total === undefined || free === undefined || cache === undefined) return undefined;
  return { totalMiB: total, usableMiB: free + cache };
}

export interface FileSystem {
  readonly mount: string;
  readonly availableGiB: number;
}

/** `df -P`: one line per path asked, in 1024-byte blocks, never wrapped. */
export function parseDf(text: string): readonly FileSystem[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\S.*?\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s+(\/.*)$/.exec(line.trimEnd());
    if (match === null) return [];
    return [{ mount: match[4] ?? '', availableGiB: Number(match[3]) / 1024 ** 2 }];
  });
}
