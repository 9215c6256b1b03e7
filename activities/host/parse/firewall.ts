/** `firewall-cmd --state`: the word, wherever it was written; `not running` and `failed` go to standard error. */
export function firewallRuns(text: string): boolean {
  return text
    .split('\n')
    .map((line) => line.trim())
    .includes('running');
}

/** `firewall-cmd --list-ports`; undefined when firewalld does not answer. */
export function parsePorts({
  code,
  text,
}: {
  readonly code: number;
  readonly text: string;
}): readonly string[] | undefined {
  return code === 0 ? text.split(/\s+/).filter((word) => /^\d+(-\d+)?\/[a-z]+$/.test(word)) : undefined;
}

/** `firewall-cmd --get-active-zones`: zone names, each with its interfaces; empty when none is bound. */
export function parseActiveZones(text: string): ReadonlyMap<string, readonly string[]> {
  const zones = new Map<string, readonly string[]>();
  let zone: string | undefined;
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) {
      // Newer versions mark the default zone.
      zone = line.replace(/\s*\(default\)$/, '').trim();
      zones.set(zone, []);
      continue;
    }
    const interfaces = /^\s+interfaces:\s*(.*)$/.exec(line)?.[1];
    if (interfaces !== undefined && zone !== undefined) zones.set(zone, interfaces.split(/\s+/).filter(Boolean));
  }
  return zones;
}
