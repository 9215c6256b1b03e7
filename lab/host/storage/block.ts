/** Block devices: lsblk, blkid, wipefs, blockdev. */
import type { Command, CommandContext, Lun } from '../../types.ts';
import { parseOptions } from '../args.ts';

interface Device {
  readonly name: string;
  readonly kname: string;
  readonly number: string;
  readonly size: number;
  readonly type: string;
  readonly mount: string;
  readonly parent: string;
  readonly fstype: string;
  readonly wwn: string;
}

function lunType(lun: Lun): string {
  return lun.group ? 'LVM2_member' : (lun.signature?.type ?? '');
}

function devices(ctx: CommandContext): Device[] {
  const { host } = ctx;
  const plain = { wwn: '' };
  const own: Device[] = [
    {
      ...plain,
      name: 'sda',
      kname: 'sda',
      number: '8:0',
      size: 279 * 2 ** 30,
      type: 'disk',
      mount: '',
      parent: '',
      fstype: '',
    },
    {
      ...plain,
      name: 'sda1',
      kname: 'sda1',
      number: '8:1',
      size: 2 ** 30,
      type: 'part',
      mount: '/boot',
      parent: 'sda',
      fstype: 'xfs',
    },
    {
      ...plain,
      name: 'sda2',
      kname: 'sda2',
      number: '8:2',
      size: 278 * 2 ** 30,
      type: 'part',
      mount: '',
      parent: 'sda',
      fstype: 'LVM2_member',
    },
    ...['root', 'var'].map((name, index) => ({
      ...plain,
      name: `centos-${name}`,
      kname: `dm-${index}`,
      number: `253:${index}`,
      size: (name === 'root' ? 120 : 150) * 2 ** 30,
      type: 'lvm',
      mount: name === 'root' ? '/' : '/var',
      parent: 'sda2',
      fstype: 'xfs',
    })),
  ];
  const luns = host.luns().flatMap(({ lun, paths }): Device[] =>
    paths
      .filter((path) => path.up)
      .flatMap((path): Device[] => [
        {
          name: path.device,
          kname: path.device,
          number: `${path.major}:${path.minor}`,
          size: lun.size,
          type: 'disk',
          mount: '',
          parent: '',
          fstype: 'mpath_member',
          wwn: `0x${lun.wwid.slice(1, 17)}`,
        },
        {
          name: lun.wwid,
          kname: `dm-${lun.minors.get(host.name)}`,
          number: `253:${lun.minors.get(host.name)}`,
          size: lun.size,
          type: 'mpath',
          mount: '',
          parent: path.device,
          fstype: lunType(lun),
          wwn: `0x${lun.wwid.slice(1, 17)}`,
        },
      ]),
  );
  return [...own, ...luns];
}

function human(bytes: number): string {
  const [letter, unit] =
    bytes >= 2 ** 40
      ? (['T', 2 ** 40] as const)
      : bytes >= 2 ** 30
        ? (['G', 2 ** 30] as const)
        : (['M', 2 ** 20] as const);
  const amount = bytes / unit;
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)}${letter}`;
}

function strip(path: string): string {
  return path.replace(/^\/dev\/(mapper\/)?/, '');
}

const lsblk: Command = async (ctx) => {
  const { operands, value, has, unknown } = parseOptions(ctx.args, 'Pbnrdlpfsamto:', [
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
  ]);
  if (unknown !== undefined) {
    ctx.err(
      `${unknown.startsWith('--') ? `lsblk: unrecognized option '${unknown}'` : `lsblk: invalid option -- '${unknown.slice(1)}'`}\n\nUsage:\n lsblk [options] [<device> ...]\n`,
    );
    return 1;
  }
  const columns = (
    value('o', 'output') ?? (has('f', 'fs') ? 'NAME,FSTYPE,MOUNTPOINT' : 'NAME,MAJ:MIN,RM,SIZE,RO,TYPE,MOUNTPOINT')
  )
    .toUpperCase()
    .split(',');
  const all = devices(ctx);
  const wanted = operands.map(strip);
  const missing = operands.filter((name) => !all.some((one) => one.name === strip(name) || one.kname === strip(name)));
  for (const name of missing) ctx.err(`lsblk: ${name}: not a block device\n`);
  const within = (one: Device): boolean =>
    wanted.length === 0 ||
    wanted.includes(one.name) ||
    wanted.includes(one.kname) ||
    (!has('d', 'nodeps') && one.parent !== '' && all.some((up) => up.name === one.parent && within(up)));
  const shown = all
    .filter(within)
    .filter(
      (one, index, list) =>
        !(has('d', 'nodeps') && wanted.length === 0) ||
        one.parent === '' ||
        (wanted.length > 0 && list.findIndex((other) => other.name === one.name) === index),
    );
  const once =
    wanted.length > 0
      ? shown.filter((one, index) => shown.findIndex((other) => other.name === one.name) === index)
      : shown;
  const cell = (one: Device, column: string): string => {
    const size = has('b', 'bytes') ? String(one.size) : human(one.size);
    const values: Readonly<Record<string, string>> = {
      NAME: has('p', 'paths')
        ? `/dev/${one.type === 'mpath' || one.type === 'lvm' ? 'mapper/' : ''}${one.name}`
        : one.name,
      KNAME: one.kname,
      'MAJ:MIN': one.number,
      RM: '0',
      SIZE: size,
      RO: '0',
      TYPE: one.type,
      MOUNTPOINT: one.mount,
      PKNAME: one.parent,
      FSTYPE: one.fstype,
      WWN: one.wwn,
      ROTA: '1',
      VENDOR: one.type === 'disk' ? 'DELL    ' : '',
      MODEL: one.type === 'disk' ? 'MD38xxf         ' : '',
      UUID: '',
      LABEL: '',
    };
    return values[column] ?? '';
  };
  if (has('P', 'pairs'))
    for (const one of once) ctx.out(`${columns.map((column) => `${column}="${cell(one, column)}"`).join(' ')}\n`);
  else {
    const depth = (one: Device): number =>
      one.parent === '' || wanted.includes(one.name)
        ? 0
        : 1 + depth(all.find((up) => up.name === one.parent) ?? { ...one, parent: '' });
    const plain = has('r', 'raw', 'l', 'list', 'd', 'nodeps');
    const label = (one: Device, column: string): string =>
      column === 'NAME' && !plain && depth(one) > 0
        ? `${'  '.repeat(depth(one) - 1)}└─${cell(one, column)}`
        : cell(one, column);
    const table = [
      ...(has('n', 'noheadings') ? [] : [columns]),
      ...once.map((one) => columns.map((column) => label(one, column))),
    ];
    const widths = columns.map((_, index) =>
      has('r', 'raw') ? 0 : Math.max(...table.map((row) => row[index]?.length ?? 0)),
    );
    for (const row of table)
      ctx.out(
        `${row
          .map((text, index) =>
            columns[index] === 'SIZE' || columns[index] === 'RM' || columns[index] === 'RO'
              ? text.padStart(widths[index] ?? 0)
              : text.padEnd(widths[index] ?? 0),
          )
          .join(' ')
          .trimEnd()}\n`,
      );
  }
  return missing.length > 0 && once.length === 0 ? 1 : 0;
};

const blkid: Command = async (ctx) => {
  const { operands, value } = parseOptions(ctx.args, 'ps:o:t:c:giu:', ['probe', 'output=', 'match-tag=']);
  let found = 0;
  for (const one of devices(ctx)) {
    const path = `/dev/${one.type === 'mpath' || one.type === 'lvm' ? 'mapper/' : ''}${one.name}`;
    if (one.fstype === '' || (operands.length > 0 && !operands.includes(path))) continue;
    if (one.type === 'mpath' && found > 0 && operands.length > 0) continue;
    found += 1;
    ctx.out(value('o', 'output') === 'value' ? `${one.fstype}\n` : `${path}: TYPE="${one.fstype}" \n`);
  }
  return found > 0 ? 0 : 2;
};

const wipefs: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'anfqp', ['all', 'no-act', 'force', 'quiet', 'parsable', 'backup']);
  for (const path of operands) {
    const lun = ctx.host
      .luns()
      .find(
        (one) => path === `/dev/mapper/${one.lun.wwid}` || one.paths.some((single) => path === `/dev/${single.device}`),
      )?.lun;
    if (!lun) {
      ctx.err(`wipefs: error: ${path}: probing initialization failed: No such file or directory\n`);
      return 1;
    }
    const signature = lun.group ? { type: 'LVM2_member', offset: 0x218 } : lun.signature;
    if (!signature) continue;
    if (!has('a', 'all')) {
      ctx.out(
        has('p', 'parsable')
          ? `# offset,uuid,label,type\n0x${signature.offset.toString(16)},,,${signature.type}\n`
          : `offset               type\n----------------------------------------------------------------\n0x${signature.offset.toString(16).padEnd(18)} ${signature.type}   [raid]\n\n`,
      );
      continue;
    }
    if (lun.group?.volumes.some((volume) => volume.active.size > 0) && !has('f', 'force')) {
      ctx.err(`wipefs: error: ${path}: probing initialization failed: Device or resource busy\n`);
      return 1;
    }
    if (!has('n', 'no-act')) {
      lun.signature = undefined;
      lun.group = undefined;
      lun.blocks.clear();
      ctx.changed(`wipefs ${path}`);
    }
    if (!has('q', 'quiet'))
      ctx.out(
        `${path}: 8 bytes were erased at offset 0x${signature.offset.toString(16).padStart(8, '0')} (${signature.type}): 4c 56 4d 32 20 30 30 31\n`,
      );
  }
  return 0;
};

const blockdev: Command = async (ctx) => {
  const path = ctx.args.at(-1) ?? '';
  const one = devices(ctx).find((device) => device.name === strip(path) || device.kname === strip(path));
  if (!one) {
    ctx.err(`blockdev: cannot open ${path}: No such file or directory\n`);
    return 1;
  }
  for (const option of ctx.args.slice(0, -1)) {
    if (option === '--getsize64') ctx.out(`${one.size}\n`);
    if (option === '--getsz' || option === '--getsize') ctx.out(`${one.size / 512}\n`);
    if (option === '--getss' || option === '--getpbsz') ctx.out('512\n');
    if (option === '--getro') ctx.out('0\n');
  }
  return 0;
};

export const blockPrograms = {
  lsblk,
  '/usr/sbin/blkid': blkid,
  '/usr/sbin/wipefs': wipefs,
  '/usr/sbin/blockdev': blockdev,
};
