/** multipath and multipathd 0.4.9: maps, their groups and paths. */
import type { Command, CommandContext, Lun, LunPath } from '../../types.ts';
import { daemon } from '../daemon.ts';
import { inUnit } from './size-unit.ts';

function size(bytes: number): string {
  const { amount, letter } = inUnit(bytes);
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)}${letter}`;
}

/** One map as multipath -ll prints it: one group per path, the preferred controller first. */
export function mapBlock(ctx: CommandContext, lun: Lun, paths: readonly LunPath[]): string {
  const minor = lun.minors.get(ctx.host.name) ?? 0;
  const active = [...paths].filter((path) => path.up).sort((a, b) => b.prio - a.prio)[0];
  const widths = {
    device: Math.max(...paths.map((path) => path.device.length)),
    number: Math.max(...paths.map((path) => `${path.major}:${path.minor}`.length)),
    hctl: Math.max(...paths.map((path) => path.hctl.length)),
    state: Math.max(...paths.map((path) => (path.up ? 6 : 6))),
  };
  const lines = paths.map((path, index) => {
    const last = index === paths.length - 1;
    const status = path === active ? 'active' : path.up ? 'enabled' : 'enabled';
    const group = `${last ? '`' : '|'}-+- policy='service-time 0' prio=${path.up ? path.prio : 0} status=${status}`;
    const words = path.up ? 'active ready running' : 'failed faulty offline';
    return `${group}\n${last ? ' ' : '|'} \`- ${path.hctl.padEnd(widths.hctl)}  ${path.device.padEnd(widths.device)} ${`${path.major}:${path.minor}`.padEnd(widths.number)} ${words}`;
  });
  return `${lun.wwid} dm-${minor} ${lun.vendor},${lun.product}\nsize=${size(lun.size)} features='${lun.features ?? '3 queue_if_no_path pg_init_retries 50'}' hwhandler='${lun.hardwareHandler ?? '1 rdac'}' wp=rw\n${lines.join('\n')}\n`;
}

function topology(ctx: CommandContext, names: readonly string[]): number {
  const maps = ctx.host
    .luns()
    .filter(
      ({ lun }) =>
        names.length === 0 ||
        names.some(
          (name) =>
            name === lun.wwid || name === `/dev/mapper/${lun.wwid}` || name === `dm-${lun.minors.get(ctx.host.name)}`,
        ),
    );
  if (names.length > 0 && maps.length === 0) return 1;
  for (const { lun, paths } of maps) ctx.out(mapBlock(ctx, lun, paths));
  return 0;
}

export const multipath: Command = async (ctx) => {
  if (ctx.user !== 'root') {
    ctx.err('need to be root\n');
    return 1;
  }
  const names = ctx.args.filter((arg, index) => !arg.startsWith('-') && !/^-[vpb]$/.test(ctx.args[index - 1] ?? ''));
  if (ctx.args.some((arg) => /^-l{1,2}$|^-v\d?$/.test(arg)) || ctx.args.length === 0) return topology(ctx, names);
  if (ctx.args.includes('-F') || ctx.args.includes('-f') || ctx.args.includes('-r')) {
    ctx.changed(`multipath ${ctx.args.join(' ')}`);
    return 0;
  }
  return topology(ctx, names);
};

export const multipathd: Command = async (ctx) => {
  const words = ctx.args.filter((arg) => arg !== '-k').flatMap((arg) => arg.replace(/^-k/, '').split(/\s+/));
  if (words.length === 0 || words[0] === '-d' || words[0] === '-s') return daemon(0.4)(ctx);
  if (!ctx.host.units.isActive('multipathd')) {
    ctx.err('ux_socket_connect: Connection refused\n');
    return 1;
  }
  if (words[0] === 'show' && words[1] === 'paths') {
    ctx.out('hcil     dev dev_t pri dm_st  chk_st dev_st  next_check      \n');
    for (const { paths } of ctx.host.luns())
      for (const path of paths)
        ctx.out(
          `${path.hctl} ${path.device} ${path.major}:${path.minor} ${path.up ? path.prio : 0}  ${path.up ? 'active ready  running' : 'failed faulty offline'} XX........ 4/20 \n`,
        );
    return 0;
  }
  if (words[0] === 'show' && words.includes('topology')) return topology(ctx, []);
  if (words[0] === 'show' && words.includes('json')) {
    const maps = ctx.host.luns().map(({ lun, paths }) => ({
      name: lun.wwid,
      uuid: lun.wwid,
      sysfs: `dm-${lun.minors.get(ctx.host.name)}`,
      size: size(lun.size),
      paths: paths.filter((path) => path.up).length,
      path_groups: paths.map((path) => ({
        pri: path.prio,
        paths: [
          {
            dev: path.device,
            dev_t: `${path.major}:${path.minor}`,
            dm_st: path.up ? 'active' : 'failed',
            dev_st: path.up ? 'running' : 'offline',
            chk_st: path.up ? 'ready' : 'faulty',
          },
        ],
      })),
    }));
    ctx.out(`${JSON.stringify({ major_version: 0, minor_version: 1, maps }, null, 3)}\n`);
    return 0;
  }
  if (words[0] === 'show' && words[1] === 'maps') {
    ctx.out('name                              sysfs uuid                             \n');
    for (const { lun } of ctx.host.luns()) ctx.out(`${lun.wwid} dm-${lun.minors.get(ctx.host.name)}  ${lun.wwid}\n`);
    return 0;
  }
  ctx.out('ok\n');
  return 0;
};
