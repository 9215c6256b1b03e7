/** Packages: yum, rpm, yum-utils, the repository files of CentOS and EPEL. */
import type { PackageBuild } from '../../types.ts';
import { yumConfigManager } from './config-manager.ts';
import { rpm } from './rpm.ts';
import { yum } from './yum.ts';

const section = (id: string, name: string, path: string, enabled = 1): string =>
  `[${id}]\nname=${name}\nbaseurl=${path}\ngpgcheck=1\nenabled=${enabled}\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-CentOS-7\n\n`;
const centos = 'http://mirror.centos.org/centos/$releasever';

const file = (content: string): { content: string; config: true } => ({ content, config: true });

export const packagePackages: readonly PackageBuild[] = [
  {
    package: 'yum',
    programs: { yum },
    directories: ['/etc/yum.repos.d'],
    files: {
      '/etc/yum.conf': file(
        '[main]\ncachedir=/var/cache/yum/$basearch/$releasever\nkeepcache=0\nplugins=1\ninstallonly_limit=5\n',
      ),
    },
  },
  { package: 'rpm', programs: { rpm } },
  { package: 'yum-utils', programs: { 'yum-config-manager': yumConfigManager } },
  {
    package: 'centos-release',
    files: {
      '/etc/yum.repos.d/CentOS-Base.repo': file(
        section('base', 'CentOS-$releasever - Base', `${centos}/os/$basearch/`) +
          section('updates', 'CentOS-$releasever - Updates', `${centos}/updates/$basearch/`) +
          section('extras', 'CentOS-$releasever - Extras', `${centos}/extras/$basearch/`) +
          section('centosplus', 'CentOS-$releasever - Plus', `${centos}/centosplus/$basearch/`, 0),
      ),
    },
  },
  {
    package: 'centos-release-qemu-ev',
    files: {
      '/etc/yum.repos.d/CentOS-QEMU-EV.repo': file(
        section(
          'centos-qemu-ev',
          'CentOS-$releasever - QEMU EV',
          'http://mirror.centos.org/centos/7/virt/$basearch/kvm-common/',
        ),
      ),
    },
  },
  {
    package: 'epel-release',
    files: {
      '/etc/yum.repos.d/epel.repo': file(
        '[epel]\nname=Extra Packages for Enterprise Linux 7 - $basearch\nbaseurl=http://download.fedoraproject.org/pub/epel/7/$basearch\nfailovermethod=priority\nenabled=1\ngpgcheck=1\n',
      ),
    },
  },
];
