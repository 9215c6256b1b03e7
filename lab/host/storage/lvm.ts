import type { ActiveVolume, Command, LabHost, LogicalVolume, VolumeGroup } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { pvcreate, pvremove, vgcreate, vgremove } from './lvm-changes.ts';

interface Row {
  readonly [field: string]: string;
}

const gib = 2 ** 30;

function rootGroup(host: LabHost): VolumeGroup {
  const volume = (name: string, size: number): LogicalVolume => ({
    name,
    uuid: `root-${name}`,
    size,
    tags: [],
    active: new Map([[host.name, { minor: 0, open: true }]]),
  });
  return {
    name: 'centos',
    uuid: 'Yq0b3f-0Tlc-mGq5-Vc1h-8jHd-w2Ks-Zr4NpE',
    size: 278 * gib,
    tags: [],
    volumes: [volume('root', 120 * gib), volume('var', 150 * gib), volume('swap', 4 * gib)],
  };
}

function groups(host: LabHost): { group: VolumeGroup; device: string; pvSize: number }[] {
  const onLuns = host
    .luns()
    .flatMap(({ lun, paths }) =>
      lun.group && paths.some((path) => path.up)
        ? [{ group: lun.group, device: `/dev/mapper/${lun.wwid}`, pvSize: lun.size }]
        : [],
    );
  return [{ group: rootGroup(host), device: '/dev/sda2', pvSize: 278 * gib }, ...onLuns];
}

/** Writable, allocation inherited; then whether it is active and open here. */
const attributes = (active: ActiveVolume | undefined): string =>
  `-wi-${active ? 'a' : '-'}${active?.open ? 'o' : '-'}----`;

const used = (group: VolumeGroup): number => group.volumes.reduce((sum, volume) => sum + volume.size, 0);

function rows(host: LabHost, kind: 'pv' | 'vg' | 'lv', size: (bytes: number) => string): Row[] {
  return groups(host).flatMap(({ group, device, pvSize }): Row[] => {
    const vg = {
      vg_name: group.name,
      vg_uuid: group.uuid,
      vg_size: size(group.size),
      vg_free: size(group.size - used(group)),
      pv_count: '1',
      lv_count: String(group.volumes.length),
      snap_count: '0',
      vg_attr: 'wz--n-',
      vg_tags: group.tags.join(','),
    };
    if (kind === 'vg') return [vg];
    if (kind === 'pv')
      return [
        {
          ...vg,
          pv_name: device,
          pv_fmt: 'lvm2',
          pv_attr: 'a--',
          pv_size: size(pvSize),
          pv_free: size(group.size - used(group)),
          pv_uuid: `pv-${group.uuid}`,
          pv_used: size(used(group)),
        },
      ];
    return group.volumes.map((volume) => ({
      ...vg,
      lv_name: volume.name,
      lv_uuid: volume.uuid,
      lv_size: size(volume.size),
      lv_attr: attributes(volume.active.get(host.name)),
      lv_tags: volume.tags.join(','),
      lv_path: `/dev/${group.name}/${volume.name}`,
      lv_active: volume.active.has(host.name) ? 'active' : '',
    }));
  });
}

const defaults = {
  pv: ['pv_name', 'vg_name', 'pv_fmt', 'pv_attr', 'pv_size', 'pv_free'],
  vg: ['vg_name', 'pv_count', 'lv_count', 'snap_count', 'vg_attr', 'vg_size', 'vg_free'],
  lv: [
    ...['lv_name', 'vg_name', 'lv_attr', 'lv_size', 'pool_lv', 'origin', 'data_percent', 'metadata_percent'],
    ...['move_pv', 'mirror_log', 'copy_percent', 'convert_lv'],
  ],
} as const;

const heads: Readonly<Record<string, string>> = {
  pv_name: 'PV',
  vg_name: 'VG',
  lv_name: 'LV',
  pv_fmt: 'Fmt',
  pv_attr: 'Attr',
  pv_size: 'PSize',
  pv_free: 'PFree',
  pv_count: '#PV',
  lv_count: '#LV',
  snap_count: '#SN',
  vg_attr: 'Attr',
  vg_size: 'VSize',
  vg_free: 'VFree',
  lv_attr: 'Attr',
  lv_size: 'LSize',
  vg_uuid: 'VG UUID',
  vg_tags: 'VG Tags',
  lv_tags: 'LV Tags',
  pv_uuid: 'PV UUID',
  lv_uuid: 'LV UUID',
  lv_path: 'Path',
  pool_lv: 'Pool',
  origin: 'Origin',
  data_percent: 'Data%',
  metadata_percent: 'Meta%',
  move_pv: 'Move',
  mirror_log: 'Log',
  copy_percent: 'Cpy%Sync',
  convert_lv: 'Convert',
};

/** Columns that are wider than their heading. */
const least: Readonly<Record<string, number>> = { data_percent: 6, metadata_percent: 6 };

/** Numbers and sizes stand at the right of their column. */
const isNumber = (field: string): boolean => /_(size|free|used|count|percent)$/.test(field);

/** Fields may be written without the prefix of their report: `name`, `size`. */
function fieldsOf(kind: 'pv' | 'vg' | 'lv', text: string | undefined): string[] {
  if (text === undefined) return [...defaults[kind]];
  const more = text.startsWith('+') ? [...defaults[kind]] : [];
  return [
    ...more,
    ...text
      .replace(/^\+/, '')
      .split(',')
      .map((field) =>
        (heads[field] ?? field in {}) ? field : /^(pv|vg|lv|snap)_/.test(field) ? field : `${kind}_${field}`,
      ),
  ];
}

/** Reports are sorted by group, then by what they list. */
const byNames =
  (kind: 'pv' | 'vg' | 'lv') =>
  (a: Row, b: Row): number => {
    const key = (row: Row): string => (kind === 'pv' ? (row.pv_name ?? '') : `${row.vg_name} ${row.lv_name ?? ''}`);
    return key(a) < key(b) ? -1 : 1;
  };

const report =
  (kind: 'pv' | 'vg' | 'lv'): Command =>
  async (ctx) => {
    const { operands, options, value, has } = parseOptions(ctx.args, 'o:O:S:avhv', [
      'options=',
      'reportformat=',
      'units=',
      'nosuffix',
      'noheadings',
      'separator=',
      'config=',
      'readonly',
      'all',
      'select=',
      'sort=',
      'aligned',
      'unbuffered',
      'nolocking',
      'rows',
      'ignoreskippedcluster',
      'devices=',
    ]);
    const bytes = value('units') === 'b';
    const suffix = has('nosuffix') ? '' : bytes ? 'B' : undefined;
    const size = (amount: number): string => {
      if (bytes) return `${amount}${suffix}`;
      const [letter, unit] =
        amount >= 2 ** 40
          ? (['t', 2 ** 40] as const)
          : amount >= gib
            ? (['g', gib] as const)
            : (['m', 2 ** 20] as const);
      return `${amount % unit === 0 ? '' : '<'}${(amount / unit).toFixed(2)}${suffix ?? letter}`;
    };
    const fields = fieldsOf(kind, [...(options.get('o') ?? []), ...(options.get('options') ?? [])].at(-1));
    const key = kind === 'pv' ? 'pv_name' : 'vg_name';
    const all = rows(ctx.host, kind, size).sort(byNames(kind));
    const shown =
      operands.length === 0
        ? all
        : all.filter((row) =>
            operands.some(
              (name) =>
                row[key] === name ||
                `${row.vg_name}/${row.lv_name}` === name ||
                `/dev/${row.vg_name}/${row.lv_name}` === name,
            ),
          );
    for (const name of operands)
      if (!all.some((row) => row[key] === name || name.includes('/'))) {
        if (kind === 'pv') ctx.err(`  Failed to find physical volume "${name}".\n`);
        else ctx.err(`  Volume group "${name}" not found\n  Cannot process volume group ${name}\n`);
        return 5;
      }
    if (kind === 'pv' && operands.length > 0 && shown.length === 0) {
      for (const name of operands) ctx.err(`  Failed to find physical volume "${name}".\n`);
      return 5;
    }
    if (value('reportformat') !== undefined) {
      const lines = shown.map(
        (row) =>
          `                  {${fields.map((field) => `"${field}":${JSON.stringify(row[field] ?? '')}`).join(', ')}}`,
      );
      ctx.out(
        `  {\n      "report": [\n          {\n              "${kind}": [\n${lines.join(',\n')}${lines.length > 0 ? '\n' : ''}              ]\n          }\n      ]\n  }\n`,
      );
      return 0;
    }
    const separator = value('separator');
    const table = [
      ...(has('noheadings') ? [] : [fields.map((field) => heads[field] ?? field)]),
      ...shown.map((row) => fields.map((field) => row[field] ?? '')),
    ];
    const widths = fields.map((field, index) =>
      Math.max(...table.map((row) => row[index]?.length ?? 0), least[field] ?? 0),
    );
    const headed = !has('noheadings');
    const aligned = (cell: string, index: number, heading: boolean): string =>
      !heading && isNumber(fields[index] ?? '') ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
    for (const [at, row] of table.entries()) {
      const line =
        separator === undefined
          ? row.map((cell, index) => aligned(cell, index, headed && at === 0)).join(' ')
          : row.join(separator);
      ctx.out(`  ${line}\n`);
    }
    return 0;
  };

/** Sizes as lvscan gives them: two decimals of the unit that fits. */
function display(bytes: number): string {
  const [name, unit] =
    bytes >= 2 ** 40
      ? (['TiB', 2 ** 40] as const)
      : bytes >= gib
        ? (['GiB', gib] as const)
        : (['MiB', 2 ** 20] as const);
  return `${(bytes / unit).toFixed(2)} ${name}`;
}

const lvscan: Command = async (ctx) => {
  for (const { group } of groups(ctx.host))
    for (const volume of group.volumes)
      ctx.out(
        `  ${volume.active.has(ctx.host.name) ? 'ACTIVE  ' : 'inactive'}          '/dev/${group.name}/${volume.name}' [${display(volume.size)}] inherit\n`,
      );
  return 0;
};

const quiet: Command = async () => 0;

export const lvmPrograms = {
  '/usr/sbin/pvs': report('pv'),
  '/usr/sbin/vgs': report('vg'),
  '/usr/sbin/lvs': report('lv'),
  '/usr/sbin/vgremove': vgremove,
  '/usr/sbin/pvcreate': pvcreate,
  '/usr/sbin/pvremove': pvremove,
  '/usr/sbin/vgcreate': vgcreate,
  '/usr/sbin/lvscan': lvscan,
  '/usr/sbin/pvscan': quiet,
  '/usr/sbin/vgscan': quiet,
  '/usr/sbin/vgchange': quiet,
};
