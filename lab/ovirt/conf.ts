import type { LabHost } from '../types.ts';
import { paths } from './paths.ts';

/** `key=value` lines; comments and blank lines are left out. */
export function parseConf(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z_][\w-]*)\s*=\s*(.*)$/.exec(line);
    if (match?.[1] !== undefined) values.set(match[1], match[2] ?? '');
  }
  return values;
}

/** Replaces or adds one key in a conf text, leaving the other lines as they are. */
export function setConf(text: string, key: string, value: string): string {
  const line = `${key}=${value}`;
  const pattern = new RegExp(`^${key}\\s*=.*$`, 'm');
  if (pattern.test(text)) return text.replace(pattern, () => line);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
}

/** Agents read it every few seconds, and it hardly ever changes. */
const lastRead = new WeakMap<LabHost, { readonly text: string; readonly values: ReadonlyMap<string, string> }>();

/** The host's hosted-engine.conf; undefined when it is not readable. */
export function hostedEngineConf(host: LabHost): ReadonlyMap<string, string> | undefined {
  if (!host.fs.exists(paths.conf)) return undefined;
  const text = host.fs.read(paths.conf);
  const last = lastRead.get(host);
  if (last?.text === text) return last.values;
  const values = parseConf(text);
  lastRead.set(host, { text, values });
  return values;
}

/** "Deployed" means to the tools that `vmid` is set, nothing else. */
export function vmId(host: LabHost): string | undefined {
  return hostedEngineConf(host)?.get('vmid') || undefined;
}

/** The host's own maintenance flag, as kept in ha.conf over reboots. */
export function localMaintenance(host: LabHost): boolean {
  if (!host.fs.exists(paths.haConf)) return false;
  return parseConf(host.fs.read(paths.haConf)).get('local_maintenance') === 'True';
}

/** Writes both flags of local maintenance. */
export function setLocalMaintenance(host: LabHost, on: boolean): void {
  const value = on ? 'True' : 'False';
  const before = host.fs.exists(paths.haConf) ? host.fs.read(paths.haConf) : '';
  const after = setConf(setConf(before, 'local_maintenance', value), 'local_maintenance_manual', value);
  if (after !== before) host.fs.write(paths.haConf, after, { owner: 'vdsm', group: 'kvm' });
}
