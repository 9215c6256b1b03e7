import type { Call, Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

/** Systems that a VM can be said to have, of `osinfo-defaults.properties` of 4.3: id, name, what people read. */
const known = `0 other Other OS
1 windows_xp Windows XP
3 windows_2003 Windows 2003
4 windows_2008 Windows 2008
5 other_linux Linux
7 rhel_5 Red Hat Enterprise Linux 5.x
8 rhel_4 Red Hat Enterprise Linux 4.x
9 rhel_3 Red Hat Enterprise Linux 3.x
10 windows_2003x64 Windows 2003 x64
11 windows_7 Windows 7
12 windows_7x64 Windows 7 x64
13 rhel_5x64 Red Hat Enterprise Linux 5.x x64
14 rhel_4x64 Red Hat Enterprise Linux 4.x x64
15 rhel_3x64 Red Hat Enterprise Linux 3.x x64
16 windows_2008x64 Windows 2008 x64
17 windows_2008R2x64 Windows 2008 R2 x64
18 rhel_6 Red Hat Enterprise Linux 6.x
19 rhel_6x64 Red Hat Enterprise Linux 6.x x64
20 windows_8 Windows 8
21 windows_8x64 Windows 8 x64
23 windows_2012x64 Windows 2012 x64
24 rhel_7x64 Red Hat Enterprise Linux 7.x x64
25 windows_2012R2x64 Windows 2012R2 x64
26 windows_10 Windows 10
27 windows_10x64 Windows 10 x64
28 rhel_atomic7x64 Red Hat Atomic 7.x x64
29 windows_2016x64 Windows 2016 x64
30 rhel_8x64 Red Hat Enterprise Linux 8.x x64
31 windows_2019x64 Windows 2019 x64
33 other_linux_kernel_4 Other Linux (kernel 4.x)
35 rhcos_x64 Red Hat Enterprise Linux CoreOS
1001 other_ppc64 Other OS
1002 other_linux_ppc64 Linux
1003 rhel_6_ppc64 Red Hat Enterprise Linux up to 6.8
1004 sles_11_ppc64 SUSE Linux Enterprise Server 11
1005 ubuntu_14_04_ppc64 Ubuntu Trusty Tahr LTS
1006 rhel_7_ppc64 Red Hat Enterprise Linux 7.x
1007 rhel_6_9_plus_ppc64 Red Hat Enterprise Linux 6.9+
1193 sles_11 SUSE Linux Enterprise Server 11+
1252 ubuntu_12_04 Ubuntu Precise Pangolin LTS
1253 ubuntu_12_10 Ubuntu Quantal Quetzal
1254 ubuntu_13_04 Ubuntu Raring Ringtails
1255 ubuntu_13_10 Ubuntu Saucy Salamander
1256 ubuntu_14_04 Ubuntu Trusty Tahr LTS
1300 debian_7 Debian 7
1500 freebsd FreeBSD 9.2
1501 freebsdx64 FreeBSD 9.2 x64
2001 other_s390x Other OS
2002 other_linux_s390x Linux
2003 rhel_7_s390x Red Hat Enterprise Linux 7.x
2004 sles_12_s390x SUSE Linux Enterprise Server 12
2005 ubuntu_16_04_s390x Ubuntu Xenial Xerus LTS`
  .split('\n')
  .map((line) => {
    const [id = '', name = '', description = ''] = line.split(/ (\S+) (.*)/);
    return { id, name, description };
  });

const architectureOf = (name: string): string => /_(ppc64|s390x)$/.exec(name)?.[1] ?? 'x86_64';

const systemResource = ({ db }: Call, { id, name, description }: (typeof known)[number]): Resource => ({
  type: 'operating_system_info',
  service: 'operating_system',
  path: `/operatingsystems/${id}`,
  entity: {
    name,
    description,
    architecture: architectureOf(name),
    small_icon: { id: db.iconIds.small },
    large_icon: { id: db.iconIds.large },
  },
});

export const operatingSystems: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'operating_system_info',
      known.map((system) => systemResource(call, system)),
    ),
};

export const operatingSystem: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const found = known.find(({ id }) => id === call.route.ids[0]);
    if (!found) throw unknownId();
    return one(systemResource(call, found));
  },
};
