/** `KEY=value` lines with optional quotes: /etc/os-release, hosted-engine.conf. Comments and sections are passed over. */
export function parseKeyValues(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][\w]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, key = '', raw = ''] = match;
    values.set(key, /^(["']).*\1$/.test(raw) ? raw.slice(1, -1) : raw);
  }
  return values;
}
