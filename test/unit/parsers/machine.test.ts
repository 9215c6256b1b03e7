import { describe, expect, it } from 'vitest';
import { parseLsblk, parseSignatures, parseVolumeGroup } from '../../../activities/host/parse/block-device.ts';
import { parseDf, parseFree } from '../../../activities/host/parse/capacity.ts';
import { parseCpuInfo, parseRequiredFeatures } from '../../../activities/host/parse/cpu.ts';
import { inNetwork, parseAddressList, parseDefaultRoute, parseLinks } from '../../../activities/host/parse/ip.ts';
import { parseKeyValues } from '../../../activities/host/parse/key-values.ts';
import { parseMultipath, sizeGiB } from '../../../activities/host/parse/multipath.ts';
import { parseAddresses, parseNameServers, parseNames } from '../../../activities/host/parse/names.ts';
import { parseNtpstat, parseTracking } from '../../../activities/host/parse/time.ts';

const LUN = '3600a098000e4b4b3000003c95d171065';

describe('multipath -ll', () => {
  const healthy = `${LUN} dm-3 DELL    ,MD38xxf
size=150G features='3 queue_if_no_path pg_init_retries 50' hwhandler='1 rdac' wp=rw
|-+- policy='service-time 0' prio=14 status=active
| \`- 15:0:0:4  sdc 8:32  active ready running
\`-+- policy='service-time 0' prio=9 status=enabled
  \`- 18:0:0:4  sdj 8:144 active ready running
`;

  it('reads map and paths', () => {
    expect(parseMultipath(healthy)).toEqual([
      {
        wwid: LUN,
        dm: 'dm-3',
        vendor: 'DELL',
        product: 'MD38xxf',
        size: '150G',
        readOnly: false,
        paths: [
          { hctl: '15:0:0:4', device: 'sdc', state: 'active ready running', usable: true },
          { hctl: '18:0:0:4', device: 'sdj', state: 'active ready running', usable: true },
        ],
      },
    ]);
  });

  it.each([
    ['failed faulty offline'],
    ['failed faulty running'],
    ['active faulty offline'],
    ['active i/o pending running'],
    ['active ghost running'],
  ])('does not take a path that is "%s" for a usable one', (state) => {
    const [map] = parseMultipath(healthy.replace('active ready running', state));
    expect(map?.paths.map(({ usable }) => usable)).toEqual([false, true]);
    expect(map?.paths[0]?.state).toBe(state);
  });

  it('reads the blank after the comma, aliases, several maps and vanished devices', () => {
    const text = `${healthy.replace('DELL    ,MD', 'DELL    , MD')}mpatha (3600a098000e4b4b3000003175cec1840) dm-2 DELL    ,MD38xxf
size=2.0T features='0' hwhandler='1 rdac' wp=ro
\`-+- policy='service-time 0' prio=0 status=enabled
  \`- #:#:#:# -   #:#   failed undef unknown
`;
    const maps = parseMultipath(text);
    expect(maps.map(({ wwid, product, size, readOnly }) => [wwid, product, size, readOnly])).toEqual([
      [LUN, 'MD38xxf', '150G', false],
      ['3600a098000e4b4b3000003175cec1840', 'MD38xxf', '2.0T', true],
    ]);
    expect(maps[1]?.paths).toEqual([{ hctl: '#:#:#:#', device: '-', state: 'failed undef unknown', usable: false }]);
  });

  it('trap: no maps is empty output', () => {
    expect(parseMultipath('')).toEqual([]);
    expect(parseMultipath('need to be root\n')).toEqual([]);
  });

  it.each([
    ['150G', 150],
    ['2.0T', 2048],
    ['512M', 0.5],
    ['huge', undefined],
  ])('%s in GiB', (size, gib) => {
    expect(sizeGiB(size)).toBe(gib);
  });
});

describe('what is on a block device', () => {
  it('reads lsblk -P', () => {
    const text = `NAME="${LUN}" TYPE="mpath" FSTYPE="LVM2_member" MOUNTPOINT=""
NAME="2639f482--7c6b-metadata" TYPE="lvm" FSTYPE="" MOUNTPOINT="/a \\"b\\""
`;
    expect(parseLsblk(text).map(({ type, fileSystem }) => [type, fileSystem])).toEqual([
      ['mpath', 'LVM2_member'],
      ['lvm', ''],
    ]);
    expect(parseLsblk("lsblk: invalid option -- 'J'\n")).toEqual([]);
  });

  it('finds the volume group among warnings', () => {
    const warning = '  WARNING: lvmlockd process is not running.\n  Reading without shared global lock.\n';
    expect(parseVolumeGroup(`${warning}  2639f482-7c6b-48db-bddb-9bae82c7660b\n`)).toBe(
      '2639f482-7c6b-48db-bddb-9bae82c7660b',
    );
    expect(parseVolumeGroup(`  Failed to find physical volume "/dev/mapper/${LUN}".\n`)).toBeUndefined();
    expect(parseVolumeGroup('\n')).toBeUndefined();
  });

  it('reads wipefs -p', () => {
    expect(parseSignatures('# offset,uuid,label,type\n0x218,Wd1Nbs-3Jmd,,LVM2_member\n')).toEqual(['LVM2_member']);
    expect(parseSignatures('')).toEqual([]);
  });
});

describe('memory and disks', () => {
  it('counts free plus buffers and cache', () => {
    const text = `              total        used        free      shared  buff/cache   available
Mem:          64265        1204       61802           9        1258       62500
Swap:          4095           0        4095
`;
    expect(parseFree(text)).toEqual({ totalMiB: 64265, usableMiB: 63060 });
    expect(parseFree('bash: free: command not found')).toBeUndefined();
  });

  it('reads df -P', () => {
    const text = `Filesystem          1024-blocks    Used Available Capacity Mounted on
/dev/mapper/cl-root    52403200 4194304  47185920       9% /
/dev/mapper/cl-root    52403200 4194304  47185920       9% /
`;
    expect(parseDf(text)).toEqual([
      { mount: '/', availableGiB: 45 },
      { mount: '/', availableGiB: 45 },
    ]);
    expect(parseDf('df: ‘/x’: No such file or directory\n')).toEqual([]);
  });
});

describe('CPU', () => {
  it('counts processors and reads flags', () => {
    const { count, flags } = parseCpuInfo('flags\t\t: fpu vmx md_clear\nprocessor\t: 0\nprocessor\t: 1\n');
    expect([count, flags.has('vmx'), flags.has('md_clear'), flags.has('svm')]).toEqual([2, true, true, false]);
  });

  const capabilities = (inside: string) => `<domainCapabilities>
  <cpu>
    <mode name='host-passthrough' supported='yes'/>
    <mode name='host-model' supported='yes'>
      <model fallback='forbid'>Skylake-Server-IBRS</model>
      ${inside}
    </mode>
    <mode name='custom' supported='yes'>
      <model usable='yes'>Skylake-Server</model>
      <feature policy='require' name='elsewhere'/>
    </mode>
  </cpu>
</domainCapabilities>`;

  it('reads what the host model requires and nothing else', () => {
    const features = parseRequiredFeatures(
      capabilities(
        `<feature policy='require' name='md-clear'/><feature name="ssbd" policy="require"/><feature policy='disable' name='hle'/><!-- <feature policy='require' name='commented'/> -->`,
      ),
    );
    expect([...(features ?? [])]).toEqual(['md-clear', 'ssbd']);
  });

  it('trap: no answer is not "offers nothing"', () => {
    expect(
      parseRequiredFeatures(
        "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock'",
      ),
    ).toBeUndefined();
    expect(
      parseRequiredFeatures('error: operation forbidden: read only access prevents virConnectGetDomainCapabilities'),
    ).toBeUndefined();
    expect(parseRequiredFeatures(capabilities(''))).toEqual(new Set());
  });
});

describe('names and networks', () => {
  it('reads getent, forward and reverse', () => {
    expect(
      parseAddresses('172.20.32.5     STREAM ovirt.test.local\n172.20.32.5     DGRAM\n172.20.32.5     RAW\n'),
    ).toEqual(['172.20.32.5']);
    expect(parseAddresses('')).toEqual([]);
    expect(parseNames('172.20.32.5     Ovirt.test.local. engine\n', '172.20.32.5')).toEqual([
      'ovirt.test.local',
      'engine',
    ]);
    expect(parseNames('172.20.32.50    other.test.local\n', '172.20.32.5')).toEqual([]);
  });

  it('passes over name servers that only the host itself can ask', () => {
    expect(parseNameServers('search test.local\nnameserver 127.0.0.1\nnameserver 172.20.32.2\n')).toEqual([
      '172.20.32.2',
    ]);
  });

  it('trap: reads ip -o addr, because the ip of EL7 prints no JSON', () => {
    const text = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: em1    inet 172.20.32.10/24 brd 172.20.32.255 scope global em1\\       valid_lft forever preferred_lft forever
2: em1    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
7: bond1.432@bond1    inet 10.0.0.1/16 scope global bond1.432\\       valid_lft forever preferred_lft forever
`;
    expect(parseAddressList(text)).toEqual([
      { device: 'lo', address: '127.0.0.1', prefix: 8 },
      { device: 'em1', address: '172.20.32.10', prefix: 24 },
      { device: 'bond1.432', address: '10.0.0.1', prefix: 16 },
    ]);
    expect(parseAddressList('Option "-j" is unknown, try "ip -help".\n')).toEqual([]);
  });

  it('reads ip -o link: bridges and what belongs to them', () => {
    const text = `2: em1: <BROADCAST,UP> mtu 1500 qdisc mq master ovirtmgmt state UP\\    link/ether 00:50:56:82:01:10
6: ovirtmgmt: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP\\    link/ether 00:50:56:82:01:10
7: bond1.432@bond1: <BROADCAST> mtu 1500 master ovirtvm-vlan432 state UP
`;
    expect(parseLinks(text)).toEqual([
      { device: 'em1', master: 'ovirtmgmt', mtu: 1500 },
      { device: 'ovirtmgmt', mtu: 1500 },
      { device: 'bond1.432', master: 'ovirtvm-vlan432', mtu: 1500 },
    ]);
  });

  it('takes the default route with the smallest metric', () => {
    const text = `default via 10.0.0.1 dev em2 proto dhcp metric 101
default via 172.20.32.32 dev em1 proto static metric 100
172.20.32.0/24 dev em1 proto kernel scope link src 172.20.32.10 metric 100
`;
    expect(parseDefaultRoute(text)).toEqual({ gateway: '172.20.32.32', device: 'em1' });
    expect(parseDefaultRoute('172.20.32.0/24 dev em1 scope link\n')).toBeUndefined();
  });

  it.each([
    ['172.20.32.5', '172.20.32.32', 24, true],
    ['172.20.33.5', '172.20.32.32', 24, false],
    ['200.1.2.3', '200.255.0.1', 8, true],
    ['1.2.3.4', '9.9.9.9', 0, true],
  ])('%s in the network of %s/%d: %s', (address, of, prefix, inside) => {
    expect(inNetwork(address, of, prefix)).toBe(inside);
  });
});

describe('time', () => {
  const tracking = (reference: string, stratum: number, leap: string) => `Reference ID    : ${reference}
Stratum         : ${stratum}
Ref time (UTC)  : Fri Jan 17 08:38:23 2020
System time     : 0.000466082 seconds fast of NTP time
Leap status     : ${leap}
`;

  it('reads a synchronised clock', () => {
    expect(parseTracking(tracking('AC142020 (172.20.32.32)', 3, 'Normal'))).toEqual({
      synchronised: true,
      offsetSeconds: 0.000466082,
      source: '172.20.32.32',
    });
  });

  it('trap: chronyc ends with 0 when the clock is not synchronised', () => {
    expect(parseTracking(tracking('00000000 ()', 0, 'Not synchronised'))).toMatchObject({ synchronised: false });
  });

  it('gives nothing when no daemon answers', () => {
    expect(parseTracking('506 Cannot talk to daemon\n')).toBeUndefined();
    expect(parseNtpstat('Unable to talk to NTP daemon. Is it running?\n')).toBeUndefined();
  });

  it('reads ntpstat', () => {
    const text = 'synchronised to NTP server (172.20.32.32) at stratum 3\n   time correct to within 91 ms\n';
    expect(parseNtpstat(text)).toEqual({ synchronised: true, offsetSeconds: 0.091, source: '172.20.32.32' });
    expect(parseNtpstat('unsynchronised\n  time server re-starting\n')).toEqual({ synchronised: false });
  });
});

describe('key-value files', () => {
  it('reads os-release with its quotes', () => {
    const values = parseKeyValues('NAME="CentOS Linux"\nVERSION_ID="7"\nID=centos\n# ID=other\n\n[section]\n');
    expect([values.get('NAME'), values.get('VERSION_ID'), values.get('ID')]).toEqual(['CentOS Linux', '7', 'centos']);
  });
});
