/** systemctl show: properties as Key=Value, in systemd's order and not in that of the request. */
import type { Host } from '../../kernel/host.ts';
import { canonical } from '../../kernel/systemd/files.ts';
import { systemdDate } from '../base/dates.ts';

export function showProperties(host: Host, name: string, wanted: readonly string[] | undefined): string {
  const status = host.units.status(name);
  const unit = host.units.unit(name);
  const settings = unit?.settings ?? host.units.files.settings(status.name);
  const at = (milliseconds: number | undefined): string => (milliseconds ? systemdDate(milliseconds) : '');
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
          ['ExecMainStartTimestamp', at(unit?.startedAt)],
          ['ExecMainExitTimestamp', at(unit?.exitedAt)],
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
    ['ActiveEnterTimestamp', at(unit?.activeSince)],
    ['InactiveEnterTimestamp', at(unit?.inactiveSince)],
    ['ConditionResult', unit?.conditionResult || unit?.transient ? 'yes' : 'no'],
    ['ConditionTimestamp', at(unit?.unmet?.at ?? unit?.startedAt)],
    ['Transient', status.transient ? 'yes' : 'no'],
  ];
  return properties
    .filter(([key]) => wanted === undefined || wanted.includes(key))
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
