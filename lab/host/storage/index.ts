/** Storage: multipath, LVM, mounts, and the block tools of util-linux. */
import type { PackageBuild } from '../../types.ts';
import { unitFile } from '../daemon.ts';
import { blockPrograms } from './block.ts';
import { iscsiadm } from './iscsiadm.ts';
import { lvmPrograms } from './lvm.ts';
import { mountPrograms, nfsPrograms } from './mounts.ts';
import { multipath, multipathd } from './multipath.ts';

export const storagePackages: readonly PackageBuild[] = [
  { package: 'util-linux', programs: { ...blockPrograms, ...mountPrograms } },
  { package: 'nfs-utils', programs: nfsPrograms },
  {
    package: 'iscsi-initiator-utils',
    programs: { '/usr/sbin/iscsiadm': iscsiadm },
    files: {
      '/etc/iscsi/initiatorname.iscsi': {
        content: (host) => `InitiatorName=iqn.1994-05.com.redhat:${host.name}\n`,
        config: true,
      },
    },
  },
  {
    package: 'lvm2',
    programs: lvmPrograms,
    files: { '/etc/lvm/lvm.conf': { content: 'devices {\n\tobtain_device_list_from_udev = 1\n}\n', config: true } },
  },
  {
    package: 'device-mapper-multipath',
    programs: { '/usr/sbin/multipath': multipath, '/usr/sbin/multipathd': multipathd },
    files: {
      '/etc/multipath.conf': {
        content: 'defaults {\n    find_multipaths yes\n    user_friendly_names no\n}\n',
        config: true,
      },
    },
    units: {
      'multipathd.service': unitFile('Device-Mapper Multipath Device Controller', '/usr/sbin/multipathd', {
        unit: 'ConditionPathExists=/etc/multipath.conf\n',
      }),
    },
    enabledByPreset: ['multipathd.service'],
    post: (host) => {
      for (const { lun, paths } of host.luns()) {
        if (!host.fs.exists(`/dev/mapper/${lun.wwid}`)) host.fs.write(`/dev/mapper/${lun.wwid}`, '', { mode: 0o660 });
        for (const path of paths)
          if (!host.fs.exists(`/dev/${path.device}`)) host.fs.write(`/dev/${path.device}`, '', { mode: 0o660 });
      }
    },
  },
];
