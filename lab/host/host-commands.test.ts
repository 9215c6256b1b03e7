/** Commands on the state of a host, with the literal outputs of host-commands §3 to §10 and §13. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestHosts, testHosts } from '../test-hosts.ts';

let hosts: TestHosts;
beforeAll(async () => {
  hosts = await testHosts();
  await hosts.sh('yum -y install libvirt libvirt-client && systemctl start libvirtd');
});
afterAll(() => hosts.close());

const lun = '3600a098000e4b4b3000003c95d171065';
type Row = [
  title: string,
  command: string,
  expected: { stdout?: string | RegExp; stderr?: string | RegExp; code: number },
];

const rows: readonly Row[] = [
  ['§3 state', 'firewall-cmd --state', { stdout: 'running\n', stderr: '', code: 0 }],
  ['§3 default zone', 'firewall-cmd --get-default-zone', { stdout: 'public\n', code: 0 }],
  [
    '§3 zones',
    'firewall-cmd --get-zones',
    { stdout: 'block dmz drop external home internal public trusted work\n', code: 0 },
  ],
  ['§3 active zones', 'firewall-cmd --get-active-zones', { stdout: 'public\n  interfaces: em1\n', code: 0 }],
  ['§3 invalid zone', 'firewall-cmd --zone=x --list-all', { stderr: 'Error: INVALID_ZONE: x\n', code: 112 }],
  [
    '§13.7 not running goes to stderr',
    'systemctl stop firewalld; firewall-cmd --state',
    { stdout: '', stderr: 'not running\n', code: 252 },
  ],
  [
    '§3 any other, not running',
    'firewall-cmd --get-zones; c=$?; systemctl start firewalld; exit $c',
    { stdout: '', stderr: 'FirewallD is not running\n', code: 252 },
  ],
  [
    '§4 multipath -ll of the article',
    `multipath -ll ${lun}`,
    {
      stdout: `${lun} dm-3 DELL    ,MD38xxf\nsize=150G features='3 queue_if_no_path pg_init_retries 50' hwhandler='1 rdac' wp=rw\n|-+- policy='service-time 0' prio=14 status=active\n| \`- 15:0:0:4  sdc 8:32  active ready running\n\`-+- policy='service-time 0' prio=9 status=enabled\n  \`- 18:0:0:4  sdj 8:144 active ready running\n`,
      code: 0,
    },
  ],
  ['§4 not root', 'sudo -u operator multipath -ll', { stderr: 'need to be root\n', code: 1 }],
  ['§4 unknown map', 'multipath -ll nosuch', { stdout: '', code: 1 }],
  ['§5.1 VT flags', "grep -c -w -E 'vmx|svm' /proc/cpuinfo", { stdout: '16\n', code: 0 }],
  ['§5.1 lscpu', 'lscpu | grep Virtualization', { stdout: 'Virtualization:        VT-x\n', code: 0 }],
  [
    '§5.2 virt-host-validate',
    'virt-host-validate qemu | head -2',
    {
      stdout:
        '  QEMU: Checking for hardware virtualization                                 : PASS\n  QEMU: Checking if device /dev/kvm exists                                   : PASS\n',
      code: 0,
    },
  ],
  [
    '§5.3 md-clear',
    'virsh domcapabilities kvm | grep md-clear',
    { stdout: "      <feature policy='require' name='md-clear'/>\n", code: 0 },
  ],
  [
    '§5.3 read-only',
    'virsh -r domcapabilities',
    { stderr: 'error: operation forbidden: read only access prevents virConnectGetDomainCapabilities\n', code: 1 },
  ],
  [
    '§5.3 list',
    'virsh -r list --all',
    {
      stdout: ' Id    Name                           State\n----------------------------------------------------\n\n',
      code: 0,
    },
  ],
  [
    '§5.3 without the daemon',
    'systemctl stop libvirtd; virsh domcapabilities; c=$?; systemctl start libvirtd; exit $c',
    {
      stderr:
        "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory\n",
      code: 1,
    },
  ],
  ['§6 getenforce', 'getenforce', { stdout: 'Enforcing\n', code: 0 }],
  ['§6 getent hosts', 'getent hosts host1.test.local', { stdout: '172.20.32.11    host1.test.local\n', code: 0 }],
  ['§6 getent, not found', 'getent hosts nosuch.test.local', { stdout: '', code: 2 }],
  ['§6 getent, reverse', 'getent hosts 172.20.32.5', { stdout: '172.20.32.5     ovirt.test.local\n', code: 0 }],
  ['§6 getent, unknown database', 'getent nosuch x', { code: 1 }],
  [
    '§6 getent ahostsv4',
    "getent ahostsv4 ovirt.test.local | grep STREAM | awk '{print $1}'",
    { stdout: '172.20.32.5\n', code: 0 },
  ],
  ['§6 host', 'host ovirt.test.local', { stdout: 'ovirt.test.local has address 172.20.32.5\n', code: 0 }],
  ['§6 host, not found', 'host no.test.local', { stdout: 'Host no.test.local not found: 3(NXDOMAIN)\n', code: 1 }],
  [
    '§6 host, reverse',
    'host 172.20.32.5',
    { stdout: '5.32.20.172.in-addr.arpa domain name pointer ovirt.test.local.\n', code: 0 },
  ],
  [
    '§6 host, reverse not found',
    'host 172.20.32.99',
    { stdout: 'Host 99.32.20.172.in-addr.arpa. not found: 3(NXDOMAIN)\n', code: 1 },
  ],
  [
    '§6 dig +short',
    'dig +short ovirt.test.local A; dig +short -x 172.20.32.5',
    { stdout: '172.20.32.5\novirt.test.local.\n', code: 0 },
  ],
  ['§13.9 dig +short of nothing', 'dig +short no.test.local', { stdout: '', code: 0 }],
  [
    '§6 /etc/hosts is seen by getent, not by host',
    'echo "10.0.0.1 only.local" >> /etc/hosts; getent hosts only.local; host only.local',
    { stdout: '10.0.0.1        only.local\nHost only.local not found: 3(NXDOMAIN)\n', code: 1 },
  ],
  [
    '§6.1 df -P',
    'df -P / | head -1',
    { stdout: /^Filesystem +1024-blocks +Used Available Capacity Mounted on\n$/, code: 0 },
  ],
  ['§6.1 df, missing path', 'df -P /x', { stderr: 'df: ‘/x’: No such file or directory\n', code: 1 }],
  [
    '§6.1 free',
    'free -m',
    { stdout: /^ {14}total {8}used {8}free {6}shared {2}buff\/cache {3}available\nMem: +65536 /, code: 0 },
  ],
  [
    '§6.2 ip -o addr',
    'ip -o addr show em1',
    {
      stdout:
        '2: em1    inet 172.20.32.11/24 brd 172.20.32.255 scope global em1\\       valid_lft forever preferred_lft forever\n',
      code: 0,
    },
  ],
  ['§13.13 ip -j', 'ip -j addr', { stderr: 'Option "-j" is unknown, try "ip -help".\n', code: 255 }],
  ['§6.2 no such device', 'ip addr show NOSUCH', { stderr: 'Device "NOSUCH" does not exist.\n', code: 1 }],
  ['§6.2 default route', 'ip route show default', { stdout: /^default via 172\.20\.32\.32 dev em1 /, code: 0 }],
  ['§8 who -b', 'who -b', { stdout: /^ {9}system boot {2}\d{4}-\d\d-\d\d \d\d:\d\d\n$/, code: 0 }],
  [
    '§9 chronyc tracking',
    'chronyc tracking | head -2; chronyc tracking | tail -1',
    { stdout: 'Reference ID    : AC142020 (172.20.32.32)\nStratum         : 3\nLeap status     : Normal\n', code: 0 },
  ],
  ['§9 CSV', 'chronyc -c tracking | tr , "\\n" | wc -l', { stdout: '14\n', code: 0 }],
  [
    '§9 daemon down',
    'systemctl stop chronyd; chronyc tracking; c=$?; systemctl start chronyd; exit $c',
    { stdout: '506 Cannot talk to daemon\n', code: 1 },
  ],
  [
    '§10 vgs as JSON',
    'vgs --reportformat json --units b --nosuffix -o vg_name,vg_size nosuch',
    { stderr: '  Volume group "nosuch" not found\n  Cannot process volume group nosuch\n', code: 5 },
  ],
  ['§13.13 lsblk -J', 'lsblk -J', { stderr: /^lsblk: invalid option -- 'J'\n/, code: 1 }],
  ['§10 lsblk --json', 'lsblk --json', { stderr: /^lsblk: unrecognized option '--json'\n/, code: 1 }],
  [
    '§10 lsblk -P',
    `lsblk -P -b -o NAME,TYPE,SIZE,PKNAME /dev/mapper/${lun}`,
    { stdout: `NAME="${lun}" TYPE="mpath" SIZE="161061273600" PKNAME="sdc"\n`, code: 0 },
  ],
  ['§10 a clean LUN has no signature', `wipefs /dev/mapper/${lun}; blkid /dev/mapper/${lun}`, { stdout: '', code: 2 }],
  ['§10 blockdev', `blockdev --getsize64 /dev/mapper/${lun}`, { stdout: '161061273600\n', code: 0 }],
  [
    '§6.2 /sys/class/net',
    'ls /sys/class/net; cat /sys/class/net/em1/operstate; ls /sys/class/net/em1/brif',
    { stdout: 'bond1\nem1\nem2\nem3\nem4\nlo\nup\n', stderr: /No such file or directory/, code: 2 },
  ],
  [
    '§6.2 /proc/net/bonding',
    'grep -E "^(Bonding Mode|Currently|MII Status|Slave Interface)" /proc/net/bonding/bond1',
    {
      stdout:
        'Bonding Mode: fault-tolerance (active-backup)\nCurrently Active Slave: em3\nMII Status: up\nSlave Interface: em3\nMII Status: up\nSlave Interface: em4\nMII Status: up\n',
      code: 0,
    },
  ],
  [
    'columns of vgs and lvs as lvm2 2.02 aligns them',
    'vgs centos; lvs centos',
    {
      stdout:
        '  VG     #PV #LV #SN Attr   VSize   VFree\n  centos   1   3   0 wz--n- 278.00g 4.00g\n  LV   VG     Attr       LSize   Pool Origin Data%  Meta%  Move Log Cpy%Sync Convert\n  root centos -wi-ao---- 120.00g                                                    \n  swap centos -wi-ao----   4.00g                                                    \n  var  centos -wi-ao---- 150.00g                                                    \n',
      code: 0,
    },
  ],
  [
    '§12 curl of what yum can install',
    'curl -sSIL http://mirror.centos.org/centos/7/os/x86_64/repodata/repomd.xml',
    { stdout: /^HTTP\/1.1 200 OK\n/, stderr: '', code: 0 },
  ],
  ['§12 curl, unknown name', 'curl -s http://nosuch.test.local/', { stdout: '', code: 6 }],
  [
    '§12 curl, nobody listens',
    "curl -s -o /dev/null -w '%{http_code}' http://172.20.32.32/",
    { stdout: '000', code: 7 },
  ],
  [
    'ping of the gateway',
    'ping -c 1 172.20.32.32 | grep transmitted',
    { stdout: /^1 packets transmitted, 1 received, 0% packet loss/, code: 0 },
  ],
];

describe('commands of a host', () => {
  it.each(rows)('%s', async (_title, command, { stdout, stderr, code }) => {
    const result = await hosts.sh(command);
    expect(result.code, result.stderr).toBe(code);
    for (const [text, wanted] of [
      [result.stdout, stdout],
      [result.stderr, stderr],
    ] as const) {
      if (typeof wanted === 'string') expect(text).toBe(wanted);
      else if (wanted) expect(text).toMatch(wanted);
    }
  });

  it('shows a lost path as §4 does', async () => {
    const paths = hosts.lab.luns[1]?.paths.get('host1');
    const [first] = paths ?? [];
    if (!first) throw new Error('no path');
    first.up = false;
    const { stdout } = await hosts.sh(`multipath -ll ${lun}`);
    first.up = true;
    expect(stdout).toBe(
      `${lun} dm-3 DELL    ,MD38xxf\nsize=150G features='3 queue_if_no_path pg_init_retries 50' hwhandler='1 rdac' wp=rw\n|-+- policy='service-time 0' prio=0 status=enabled\n| \`- 15:0:0:4  sdc 8:32  failed faulty offline\n\`-+- policy='service-time 0' prio=9 status=active\n  \`- 18:0:0:4  sdj 8:144 active ready running\n`,
    );
  });

  it('is silent without maps (§13.8) and says when time is not synchronised (§13.10)', async () => {
    const luns = hosts.lab.luns.splice(0);
    expect(await hosts.sh('multipath -ll')).toMatchObject({ stdout: '', code: 0 });
    hosts.lab.luns.push(...luns);
    hosts.host.ntp.synchronised = false;
    expect(await hosts.sh('chronyc tracking | grep Leap')).toMatchObject({
      stdout: 'Leap status     : Not synchronised\n',
      code: 0,
    });
    hosts.host.ntp.synchronised = true;
  });

  it('reports groups of the array and clears them by wipefs (§10)', async () => {
    const device = `/dev/mapper/${lun}`;
    await hosts.sh(`vgcreate he ${device}`);
    const report = await hosts.sh('vgs --reportformat json --units b --nosuffix -o vg_name,pv_count he');
    expect(JSON.parse(report.stdout)).toEqual({ report: [{ vg: [{ vg_name: 'he', pv_count: '1' }] }] });
    expect((await hosts.sh(`wipefs ${device}`)).stdout).toContain('LVM2_member');
    expect((await hosts.sh(`wipefs -a ${device} && wipefs ${device}`)).stdout).toMatch(
      /^\S+: 8 bytes were erased at offset 0x00000218 \(LVM2_member\)/,
    );
    expect((await hosts.sh('vgs he')).code).toBe(5);
  });

  it('tells names apart when the servers are silent (§6)', async () => {
    hosts.lab.dns.answering = false;
    expect(await hosts.sh('host ovirt.test.local')).toMatchObject({
      stdout: ';; connection timed out; no servers could be reached\n',
      code: 1,
    });
    expect((await hosts.sh('dig +short ovirt.test.local')).code).toBe(9);
    expect((await hosts.sh('curl -sSI http://mirror.centos.org/')).code).toBe(6);
    expect((await hosts.sh('getent hosts ovirt.test.local')).code).toBe(2);
    hosts.lab.dns.answering = true;
  });
});
