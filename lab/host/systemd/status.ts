/** The block of systemctl status, as EL7 lays it out. */
import { constants } from 'node:os';
import type { Host } from '../../kernel/host.ts';
import { ago, systemdDate } from '../base/dates.ts';
import { shortLine } from './journal-lines.ts';

export function statusBlock(host: Host, name: string): string {
  const status = host.units.status(name);
  const unit = host.units.unit(name);
  const settings = unit?.settings ?? host.units.files.settings(status.name);
  const now = host.lab.clock.now();
  const lines = [`● ${status.name} - ${settings?.description ?? status.name}`];
  const preset = status.unitFileState === 'disabled' ? 'disabled' : 'enabled';
  if (status.loadState === 'masked') lines.push('   Loaded: masked (/dev/null; bad)');
  else lines.push(`   Loaded: loaded (${settings?.path ?? ''}; ${status.unitFileState}; vendor preset: ${preset})`);
  const since = status.activeState === 'active' ? unit?.activeSince : unit?.inactiveSince;
  const when = since ? ` since ${systemdDate(since)}; ${ago(now - since)}` : '';
  const result = status.result === 'success' ? '' : ` (Result: ${status.result})`;
  const sub = status.activeState === 'failed' ? '' : ` (${status.subState})`;
  lines.push(`   Active: ${status.activeState}${sub}${result}${when}`);
  if (unit?.unmet && status.activeState === 'inactive') {
    lines.push(`Condition: start condition failed at ${systemdDate(unit.unmet.at)}; ${ago(now - unit.unmet.at)}`);
    lines.push(`           ${unit.unmet.text} was not met`);
  }
  for (const [index, document] of (settings?.words('Unit', 'Documentation') ?? []).entries())
    lines.push(`${index === 0 ? '     Docs: ' : '           '}${document}`);
  if (unit?.execCode && status.mainPid === 0) {
    const how =
      unit.execCode === 1
        ? `code=exited, status=${unit.execStatus}${unit.execStatus === 0 ? '/SUCCESS' : unit.execStatus === 1 ? '/FAILURE' : ''}`
        : `code=killed, signal=${signalText(unit.execStatus)}`;
    lines.push(
      `  Process: ${unit.execPid} ExecStart=${settings?.one('Service', 'ExecStart') ?? ''} (${how})`,
      ` Main PID: ${unit.execPid} (${how})`,
    );
  }
  const group = host.controlGroup(status.name);
  if (status.mainPid > 0) {
    const main = host.processes.get(status.mainPid);
    lines.push(` Main PID: ${status.mainPid} (${(main?.argv[0] ?? '').split('/').at(-1)})`);
  }
  if (group.length > 0) {
    lines.push(`   CGroup: /system.slice/${status.name}`);
    for (const [index, one] of group.entries())
      lines.push(`           ${index === group.length - 1 ? '└─' : '├─'}${one.pid} ${one.argv.join(' ')}`);
  }
  const log = host.journal.entries.filter((entry) => entry.unit === status.name).slice(-10);
  if (log.length > 0) lines.push('', ...log.map((entry) => shortLine(host, entry)));
  return `${lines.join('\n')}\n`;
}

function signalText(number: number): string {
  return (
    Object.entries(constants.signals)
      .find(([, value]) => value === number)?.[0]
      .slice(3) ?? String(number)
  );
}
