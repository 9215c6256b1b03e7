import { mapperName } from '../../kernel/logical-volumes.ts';
import type { LabHost, Lun } from '../../types.ts';

/** A block device as the kernel shows it. */
export interface Device {
  readonly name: string;
  readonly kname: string;
  readonly number: { readonly major: number; readonly minor: number };
  readonly size: number;
  readonly type: 'disk' | 'part' | 'lvm' | 'mpath';
  readonly mount: string;
  readonly fstype: string;
  readonly wwn: string;
  readonly children: readonly Device[];
}

const GiB = 2 ** 30;
/** A local disk that is sold as one of 300 GB. */
const DISK = 300e9;

const lunType = (lun: Lun): string => (lun.group ? 'LVM2_member' : (lun.signature?.type ?? ''));

const mapped = (minor: number, device: Pick<Device, 'name' | 'size' | 'type'> & Partial<Device>): Device => ({
  kname: `dm-${minor}`,
  number: { major: 253, minor },
  mount: '',
  fstype: '',
  wwn: '',
  children: [],
  ...device,
});

/** The local disk of every server: a boot partition, and a volume group with the system. */
function localDisk(): Device {
  const part = (minor: number, size: number, what: Pick<Device, 'mount' | 'fstype' | 'children'>): Device => ({
    ...what,
    name: `sda${minor}`,
    kname: `sda${minor}`,
    number: { major: 8, minor },
    size,
    type: 'part',
    wwn: '',
  });
  const system = [
    mapped(0, { name: 'centos-root', size: 120 * GiB, type: 'lvm', mount: '/', fstype: 'xfs' }),
    mapped(1, { name: 'centos-var', size: 150 * GiB, type: 'lvm', mount: '/var', fstype: 'xfs' }),
  ];
  return {
    name: 'sda',
    kname: 'sda',
    number: { major: 8, minor: 0 },
    size: DISK,
    type: 'disk',
    mount: '',
    fstype: '',
    wwn: '',
    children: [
      part(1, GiB, { mount: '/boot', fstype: 'xfs', children: [] }),
      part(2, DISK - GiB, { mount: '', fstype: 'LVM2_member', children: system }),
    ],
  };
}

/** The volumes of a LUN that are active on the host, in the order of their minors. */
function volumes(host: LabHost, lun: Lun): Device[] {
  const { group } = lun;
  return (group?.volumes ?? [])
    .flatMap((volume) => {
      const active = volume.active.get(host.name);
      if (!active || !group) return [];
      const name = mapperName(group.name, volume.name);
      return [mapped(active.minor, { name, size: volume.size, type: 'lvm', mount: active.mount ?? '' })];
    })
    .sort((a, b) => a.number.minor - b.number.minor);
}

/** What the host has: its own disk, and per path of a LUN a disk that leads to the same map. */
export function devicesOf(host: LabHost): Device[] {
  const paths = host.luns().flatMap(({ lun, paths: all }) => {
    const wwn = `0x${lun.wwid.slice(1, 17)}`;
    const map = mapped(lun.minors.get(host.name) ?? 0, {
      name: lun.wwid,
      size: lun.size,
      type: 'mpath',
      fstype: lunType(lun),
      wwn,
      children: volumes(host, lun),
    });
    return all
      .filter((path) => path.up)
      .map(
        (path): Device => ({
          name: path.device,
          kname: path.device,
          number: { major: path.major, minor: path.minor },
          size: lun.size,
          type: 'disk',
          mount: '',
          fstype: 'mpath_member',
          wwn,
          children: [map],
        }),
      );
  });
  return [localDisk(), ...paths];
}

/** A device where it stands in the tree: what is above it is what it is made of. */
export interface Placed {
  readonly device: Device;
  readonly above: readonly Device[];
}

/** Every device at every place, depth first. */
export function placed(devices: readonly Device[], above: readonly Device[] = []): Placed[] {
  return devices.flatMap((device) => [{ device, above }, ...placed(device.children, [...above, device])]);
}

export const isMapped = (device: Device): boolean => device.type === 'mpath' || device.type === 'lvm';

/** Where a device's node is: those of device-mapper have a folder of their own. */
export const nodeOf = (device: Device): string => `/dev/${isMapped(device) ? 'mapper/' : ''}${device.name}`;
