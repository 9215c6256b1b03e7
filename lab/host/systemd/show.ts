/** systemctl show: properties as Key=Value, in systemd's order and not in that of the request. */
import type { Host } from '../../kernel/host.ts';
import { canonical } from '../../kernel/systemd/files.ts';
import { systemdDate } from '../base/dates.ts';

export function showProperties(host: Host, name: string, wanted: readonly string[] | undefined): string {
  const status = host.units.status(name);
  const unit = host.units.unit(name);
  const settings = unit?.settings ?? host.units.files.settings(status.name);
  /** Each time twice, as systemd does: by the wall clock, and in microseconds since the boot. */
  const at = (property: string, milliseconds: number | undefined): [string, string][] => [
    [property, milliseconds ? systemdDate(milliseconds) : ''],
    [`${property}Monotonic`, milliseconds ? String(Math.round((milliseconds - host.boot.at) * 1000)) : '0'],
  ];
  const known = status.loadState !== 'not-found';
  const service = status.name.endsWith('.service');
  const properties: [string, string][] = [
    ...(service
      ? ([
          ['Type', settings?.one('Service', 'Type') ?? 'simple'],
          ['Restart', settings?.one('Service', 'Restart') ?? 'no'],
          ['RemainAfterExit', unit?.remainAfterExit ? 'yes' : 'no'],
          ['MainPID', String(status.mainPid)],
          ['ControlPID', '0'],
          ['Result', status.result],
          ...at('ExecMainStartTimestamp', unit?.startedAt),
          ...at('ExecMainExitTimestamp', unit?.exitedAt),
          ['ExecMainPID', String(unit?.execPid ?? 0)],
          ['ExecMainCode', String(status.execMainCode)],
          ['ExecMainStatus', String(status.execMainStatus)],
        ] as [string, string][])
      : []),
    ['Id', status.name],
    ['Names', status.name],
    ['Description', settings?.description ?? canonical(name)],
    ['LoadState', status.loadState],
    ['ActiveState', status.activeState],
    ['SubState', status.subState],
    ['FragmentPath', unit?.transient ? `/run/systemd/system/${status.name}` : known ? (settings?.path ?? '') : ''],
    ['UnitFileState', status.unitFileState],
    ...at('ActiveEnterTimestamp', unit?.activeSince),
    ...at('InactiveEnterTimestamp', unit?.inactiveSince),
    ['ConditionResult', unit?.conditionResult || unit?.transient ? 'yes' : 'no'],
    ...at('ConditionTimestamp', unit?.unmet?.at ?? unit?.startedAt),
    ['Transient', status.transient ? 'yes' : 'no'],
  ];
  return properties
    .filter(([key]) => wanted === undefined || wanted.includes(key))
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
