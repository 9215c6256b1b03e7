/** A lockspace that sanlock has joined. */
export interface Lockspace {
  /** Id of the storage domain, or `hosted-engine`. */
  readonly name: string;
  readonly hostId: number;
}

/**
 * What `sanlock client status` shows of lockspaces: `s NAME:HOST_ID:PATH:OFFSET`, each on a line of its own; one that is
 * being joined or left has a word behind it and does not count yet.
 */
export function parseLockspaces(text: string): readonly Lockspace[] {
  return [...text.matchAll(/^s ([^:\s]+):(\d+):\S+$/gm)].map(([, name = '', id]) => ({ name, hostId: Number(id) }));
}
