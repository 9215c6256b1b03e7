/** The storage array: the article's two LUNs, presented to every host over two controllers. */
import type { LabCore } from '../lab-core.ts';
import type { Lun } from './model.ts';

const hostBusAdapters = ['15:0:0', '18:0:0'] as const;

interface Layout {
  readonly wwid: string;
  readonly number: number;
  readonly size: number;
  readonly minor: number;
  readonly devices: readonly [string, string];
  readonly minors: readonly [[number, number], [number, number]];
}

/** As host1 of the article shows them; the hosts are alike. */
const layouts: readonly Layout[] = [
  {
    wwid: '3600a098000e4b4b3000003175cec1840',
    number: 1,
    size: 2 * 2 ** 40,
    minor: 2,
    devices: ['sdb', 'sdi'],
    minors: [
      [8, 16],
      [8, 128],
    ],
  },
  {
    wwid: '3600a098000e4b4b3000003c95d171065',
    number: 4,
    size: 150 * 2 ** 30,
    minor: 3,
    devices: ['sdc', 'sdj'],
    minors: [
      [8, 32],
      [8, 144],
    ],
  },
];

export function addLuns(lab: LabCore): void {
  for (const layout of layouts) {
    const lun: Lun = {
      wwid: layout.wwid,
      number: layout.number,
      size: layout.size,
      vendor: 'DELL    ',
      product: 'MD38xxf',
      paths: new Map(),
      minors: new Map(),
      blocks: new Map(),
    };
    for (const name of lab.hosts.keys()) {
      lun.minors.set(name, layout.minor);
      lun.paths.set(
        name,
        hostBusAdapters.map((adapter, index) => ({
          hctl: `${adapter}:${layout.number}`,
          device: layout.devices[index] ?? '',
          major: layout.minors[index]?.[0] ?? 8,
          minor: layout.minors[index]?.[1] ?? 0,
          prio: index === 0 ? 14 : 9,
          up: true,
        })),
      );
    }
    lab.luns.push(lun);
  }
}
