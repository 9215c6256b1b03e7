/** hostnamectl, timedatectl, loginctl. */
import type { Command } from '../../types.ts';
import { formatDate } from '../base/dates.ts';

export const hostnamectl: Command = async (ctx) => {
  const words = ctx.args.filter((arg) => !arg.startsWith('-'));
  const { host } = ctx;
  if (words[0] === 'set-hostname') {
    const name = words[1] ?? '';
    host.network.hostname = name;
    host.fs.write('/etc/hostname', `${name}\n`);
    ctx.changed('hostname');
    return 0;
  }
  if (ctx.args.includes('--static') || ctx.args.includes('--transient')) {
    ctx.out(`${host.network.hostname}\n`);
    return 0;
  }
  const rows: [string, string][] = [
    ['Static hostname', host.network.hostname],
    ['Icon name', 'computer-server'],
    ['Chassis', 'server'],
    ['Machine ID', host.fs.read('/etc/machine-id').trim()],
    ['Boot ID', host.boot.id.replaceAll('-', '')],
    ['Operating System', 'CentOS Linux 7 (Core)'],
    ['CPE OS Name', 'cpe:/o:centos:centos:7'],
    ['Kernel', 'Linux 3.10.0-1062.el7.x86_64'],
    ['Architecture', 'x86-64'],
  ];
  for (const [label, value] of rows) ctx.out(`${label.padStart(18)}: ${value}\n`);
  return 0;
};

export const timedatectl: Command = async (ctx) => {
  const now = ctx.host.date();
  const [verb = 'status'] = ctx.args.filter((arg) => !arg.startsWith('-'));
  if (verb !== 'status') {
    ctx.changed(`timedatectl ${ctx.args.join(' ')}`);
    return 0;
  }
  const rows: [string, string][] = [
    ['Local time', formatDate(now, '%a %F %T UTC')],
    ['Universal time', formatDate(now, '%a %F %T UTC')],
    ['RTC time', formatDate(now, '%a %F %T')],
    ['Time zone', 'UTC (UTC, +0000)'],
    ['NTP enabled', ctx.host.units.isActive('chronyd') ? 'yes' : 'no'],
    ['NTP synchronized', ctx.host.ntp.synchronised && ctx.host.units.isActive('chronyd') ? 'yes' : 'no'],
    ['RTC in local TZ', 'no'],
    ['DST active', 'n/a'],
  ];
  for (const [label, value] of rows) ctx.out(`${label.padStart(16)}: ${value}\n`);
  return 0;
};

export const loginctl: Command = async (ctx) => {
  if (ctx.args[0] === 'list-sessions' || ctx.args.length === 0)
    ctx.out('   SESSION        UID USER             SEAT            \n\n0 sessions listed.\n');
  return 0;
};
