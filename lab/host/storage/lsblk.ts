/** lsblk of util-linux 2.23: trees, lists and pairs, without JSON. */
import type { Command } from '../../types.ts';
import { parseOptions } from '../args.ts';
import type { Device } from './devices.ts';
import { devicesOf, nodeOf, placed } from './devices.ts';
import { inUnit } from './size-unit.ts';

/** One line: the device, what it stands under, and the branch drawn in front of its name. */
interface Line {
  readonly device: Device;
  readonly parent: Device | undefined;
  readonly branch: string;
}

function human(bytes: number): string {
  const { amount, letter } = inUnit(bytes);
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)}${letter}`;
}

/** The device's lines and those below it, or with `-s` those of what it is made of. */
function tree(
  device: Device,
  below: (one: Device) => readonly Device[],
  at: { parent?: Device; branch: string; rest: string } = { branch: '', rest: '' },
): Line[] {
  const next = below(device);
  const lines = next.flatMap((child, index) => {
    const last = index === next.length - 1;
    return tree(child, below, {
      parent: device,
      branch: `${at.rest}${last ? '└─' : '├─'}`,
      rest: `${at.rest}${last ? '  ' : '│ '}`,
    });
  });
  return [{ device, parent: at.parent, branch: at.branch }, ...lines];
}

const longOptions = [
  'pairs',
  'bytes',
  'noheadings',
  'raw',
  'nodeps',
  'list',
  'paths',
  'output=',
  'fs',
  'inverse',
  'all',
] as const;

const columnsOf = (output: string | undefined, fs: boolean): string[] =>
  (output ?? (fs ? 'NAME,FSTYPE,MOUNTPOINT' : 'NAME,MAJ:MIN,RM,SIZE,RO,TYPE,MOUNTPOINT')).toUpperCase().split(',');

function cells(line: Line, as: { bytes: boolean; paths: boolean; plain: boolean }): Record<string, string> {
  const { device, parent } = line;
  const { major, minor } = device.number;
  const number = as.plain ? `${major}:${minor}` : `${String(major).padStart(3)}:${String(minor).padEnd(3)}`;
  const array = device.type === 'disk' && device.fstype === 'mpath_member';
  return {
    NAME: as.paths ? nodeOf(device) : device.name,
    KNAME: device.kname,
    'MAJ:MIN': number,
    RM: '0',
    SIZE: as.bytes ? String(device.size) : human(device.size),
    RO: '0',
    TYPE: device.type,
    MOUNTPOINT: device.mount,
    PKNAME: parent?.kname ?? '',
    FSTYPE: device.fstype,
    WWN: device.wwn,
    ROTA: '1',
    VENDOR: array ? 'DELL    ' : '',
    MODEL: array ? 'MD38xxf         ' : '',
  };
}

const rightAligned = new Set(['SIZE', 'RM', 'RO', 'ROTA']);

function table(columns: readonly string[], rows: readonly (readonly string[])[], raw: boolean): string {
  const widths = columns.map((_, index) => (raw ? 0 : Math.max(...rows.map((row) => row[index]?.length ?? 0))));
  return rows
    .map((row) =>
      row
        .map((text, index) => {
          const width = widths[index] ?? 0;
          return rightAligned.has(columns[index] ?? '') ? text.padStart(width) : text.padEnd(width);
        })
        .join(' ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

export const lsblk: Command = async (ctx) => {
  const { operands, value, has, unknown } = parseOptions(ctx.args, 'Pbnrdlpfsamto:', [...longOptions]);
  if (unknown !== undefined) {
    const why = unknown.startsWith('--')
      ? `unrecognized option '${unknown}'`
      : `invalid option -- '${unknown.slice(1)}'`;
    ctx.err(`lsblk: ${why}\n\nUsage:\n lsblk [options] [<device> ...]\n`);
    return 1;
  }
  const roots = devicesOf(ctx.host);
  const all = placed(roots);
  const named = operands.map((path) => {
    const name = path.replace(/^\/dev\/(mapper\/)?/, '');
    const device = all.find((one) => one.device.name === name || one.device.kname === name)?.device;
    if (!device) ctx.err(`lsblk: ${path}: not a block device\n`);
    return device;
  });
  const starts = operands.length > 0 ? named.filter((device) => device !== undefined) : roots;
  const madeOf = (device: Device): Device[] =>
    all.filter((one) => one.device.kname === device.kname).flatMap((one) => one.above.at(-1) ?? []);
  const below = has('d', 'nodeps')
    ? () => []
    : has('s', 'inverse')
      ? madeOf
      : (device: Device): readonly Device[] => device.children;
  const lines = starts.flatMap((device) => {
    const parent = all.find((one) => one.device === device)?.above.at(-1);
    return tree(device, below, { ...(parent ? { parent } : {}), branch: '', rest: '' });
  });
  const columns = columnsOf(value('o', 'output'), has('f', 'fs'));
  const pairs = has('P', 'pairs');
  const raw = has('r', 'raw');
  const plain = pairs || raw || has('l', 'list') || has('d', 'nodeps');
  const as = { bytes: has('b', 'bytes'), paths: has('p', 'paths'), plain: pairs || raw };
  const rows = lines.map((line) => {
    const known = cells(line, as);
    return columns.map((column) => `${column === 'NAME' && !plain ? line.branch : ''}${known[column] ?? ''}`);
  });
  if (pairs) {
    for (const row of rows) ctx.out(`${columns.map((column, index) => `${column}="${row[index]}"`).join(' ')}\n`);
  } else {
    ctx.out(table(columns, [...(has('n', 'noheadings') ? [] : [columns]), ...rows], raw));
  }
  return operands.length > 0 && starts.length === 0 ? 1 : 0;
};
