import type { Command } from '../../types.ts';
import { parseOptions } from '../args.ts';

export const free: Command = async (ctx) => {
  const { has } = parseOptions(ctx.args, 'bkmgh', ['bytes', 'kilo', 'mega', 'giga']);
  const unit = has('b', 'bytes') ? 1 : has('m', 'mega') ? 2 ** 20 : has('g', 'giga') ? 2 ** 30 : 1024;
  const { total, used, cache } = ctx.host.memory;
  const cell = (bytes: number): string => String(Math.floor(bytes / unit)).padStart(12);
  ctx.out('              total        used        free      shared  buff/cache   available\n');
  ctx.out(
    `Mem:   ${[total, used, total - used - cache, 9 * 2 ** 20, cache, total - used - 100 * 2 ** 20].map(cell).join('')}\n`,
  );
  ctx.out(`Swap:  ${[4 * 2 ** 30, 0, 4 * 2 ** 30].map(cell).join('')}\n`);
  return 0;
};

export const df: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'PhkmTB:lait:', [
    'portability',
    'block-size=',
    'output=',
    'human-readable',
    'local',
    'total',
    'type=',
  ]);
  const unit =
    value('B', 'block-size') === '1'
      ? 1
      : has('m') || /^1?M$/.test(value('B', 'block-size') ?? '')
        ? 2 ** 20
        : /^1?G$/.test(value('B', 'block-size') ?? '')
          ? 2 ** 30
          : 1024;
  const mounts = [...ctx.host.disks].sort((a, b) => b.mount.length - a.mount.length);
  const chosen: typeof mounts = [];
  let code = 0;
  for (const given of operands) {
    const path = given.startsWith('/') ? given : `${ctx.cwd}/${given}`;
    const disk = ctx.host.fs.exists(path)
      ? mounts.find((one) => path === one.mount || path.startsWith(one.mount === '/' ? '/' : `${one.mount}/`))
      : undefined;
    if (disk) chosen.push(disk);
    else {
      ctx.err(`df: ‘${given}’: No such file or directory\n`);
      code = 1;
    }
  }
  const shown = operands.length === 0 ? ctx.host.disks : chosen;
  if (shown.length === 0) return 1;
  const used = (disk: (typeof mounts)[number]): number => (ctx.host.fs.full && !disk.share ? disk.size : disk.used);
  const output = value('output');
  if (output !== undefined) {
    const columns = output.split(',');
    const heads: Readonly<Record<string, string>> = {
      source: 'Filesystem',
      size: `${unit === 1 ? '' : '1'}${unit === 1 ? '1B' : unit === 2 ** 20 ? 'M' : 'K'}-blocks`,
      used: 'Used',
      avail: 'Avail',
      pcent: 'Use%',
      target: 'Mounted on',
      fstype: 'Type',
    };
    ctx.out(`${columns.map((column) => heads[column] ?? column).join(' ')}\n`);
    for (const disk of shown) {
      const values: Readonly<Record<string, string>> = {
        source: disk.device,
        size: `${Math.floor(disk.size / unit)}`,
        used: `${Math.floor(used(disk) / unit)}`,
        avail: `${Math.floor((disk.size - used(disk)) / unit)}`,
        pcent: `${Math.ceil((used(disk) / disk.size) * 100)}%`,
        target: disk.mount,
        fstype: disk.type,
      };
      ctx.out(`${columns.map((column) => values[column] ?? '-').join(' ')}\n`);
    }
    return code;
  }
  const label = has('h', 'human-readable')
    ? 'Size'
    : unit === 1024
      ? has('P', 'portability')
        ? '1024-blocks'
        : '1K-blocks'
      : unit === 1
        ? '1B-blocks'
        : '1M-blocks';
  const human = (bytes: number): string => {
    const [letter, size] =
      bytes >= 2 ** 40
        ? (['T', 2 ** 40] as const)
        : bytes >= 2 ** 30
          ? (['G', 2 ** 30] as const)
          : (['M', 2 ** 20] as const);
    const amount = bytes / size;
    return `${amount < 10 ? amount.toFixed(1) : Math.ceil(amount)}${letter}`;
  };
  const cell = (bytes: number): string =>
    has('h', 'human-readable') ? human(bytes) : String(Math.floor(bytes / unit));
  const rows = shown.map((disk) => [
    disk.device,
    ...(has('T') ? [disk.type] : []),
    cell(disk.size),
    cell(used(disk)),
    cell(disk.size - used(disk)),
    `${Math.ceil((used(disk) / disk.size) * 100)}%`,
    disk.mount,
  ]);
  const head = [
    'Filesystem',
    ...(has('T') ? ['Type'] : []),
    label,
    'Used',
    'Available',
    has('P', 'portability') ? 'Capacity' : 'Use%',
    'Mounted on',
  ];
  const widths = head.map((_, index) =>
    Math.max(index === 0 ? 14 : 5, ...[head, ...rows].map((row) => row[index]?.length ?? 0)),
  );
  for (const row of [head, ...rows])
    ctx.out(
      `${row.map((text, index) => (index === 0 || (has('T') && index === 1) ? text.padEnd(widths[index] ?? 0) : index === row.length - 1 ? text : text.padStart(widths[index] ?? 0))).join(' ')}\n`,
    );
  return code;
};
