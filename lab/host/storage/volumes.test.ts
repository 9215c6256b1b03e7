import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activateVolume, deactivateVolume, removeVolume } from '../../kernel/logical-volumes.ts';
import type { TestHosts } from '../../test-hosts.ts';
import { testHosts } from '../../test-hosts.ts';
import type { LogicalVolume, VolumeGroup } from '../../types.ts';

const GiB = 2 ** 30;
const WWID = '3600a098000e4b4b3000003175cec1840';
const VG = '2639f482-7c6b-48db-bddb-9bae82c7660b';
const SNAPSHOT = 'a823137a-6843-4563-b342-bb69829ca807';
/** Article §15: what host2 has of the domain, with the minors and sizes shown there. */
const shown: readonly (readonly [name: string, minor: number, size: number])[] = [
  ['metadata', 7, GiB / 8],
  ['outbox', 8, GiB / 8],
  ['xleases', 9, GiB],
  ['leases', 10, 2 * GiB],
  ['ids', 11, GiB / 8],
  ['inbox', 12, GiB / 8],
  ['master', 13, GiB],
  ['a8b0e4e0-2e9d-4b51-9f7c-98179cb4e3f4', 23, 25 * GiB],
  ['bf6335db-0ab7-4556-89eb-9bdc3a787e40', 24, 10 * GiB],
  ['6a170859-689d-4428-9ef8-9c085c09660a', 26, 10 * GiB],
  ['052bfc78-6805-46a2-9e79-9f4c67e9346c', 27, 20 * GiB],
  ['d057c535-5943-488b-89e3-6f7446c0962e', 37, 33.125 * GiB],
  ['d935fe8f-8dc9-479a-a716-a2fce6bb0b84', 38, 11 * GiB],
];

/** The article's lines after the snapshot. */
const after = `sdb                                                                                     8:16   0     2T  0 disk
└─3600a098000e4b4b3000003175cec1840                                                   253:6    0     2T  0 mpath
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-metadata                                 253:7    0   128M  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-outbox                                   253:8    0   128M  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-xleases                                  253:9    0     1G  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-leases                                   253:10   0     2G  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-ids                                      253:11   0   128M  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-inbox                                    253:12   0   128M  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-master                                   253:13   0     1G  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-a8b0e4e0--2e9d--4b51--9f7c--98179cb4e3f4 253:23   0    25G  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-bf6335db--0ab7--4556--89eb--9bdc3a787e40 253:24   0    10G  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-6a170859--689d--4428--9ef8--9c085c09660a 253:26   0    10G  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-052bfc78--6805--46a2--9e79--9f4c67e9346c 253:27   0    20G  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-d057c535--5943--488b--89e3--6f7446c0962e 253:37   0  33.1G  0 lvm
  ├─2639f482--7c6b--48db--bddb--9bae82c7660b-d935fe8f--8dc9--479a--a716--a2fce6bb0b84 253:38   0    11G  0 lvm
  └─2639f482--7c6b--48db--bddb--9bae82c7660b-a823137a--6843--4563--b342--bb69829ca807 253:39   0     1G  0 lvm
`;

describe('volumes of a storage domain on a host', () => {
  let hosts: TestHosts;
  let group: VolumeGroup;
  const volume = (name: string, size: number): LogicalVolume => ({
    name,
    uuid: name,
    size,
    tags: [],
    active: new Map(),
  });
  beforeAll(async () => {
    hosts = await testHosts({ hosts: 2 });
    const lun = hosts.lab.luns.find((one) => one.wwid === WWID);
    if (!lun) throw new Error('no LUN');
    lun.minors.set('host1', 6);
    group = { name: VG, uuid: 'vg', size: lun.size - 3 * 2 ** 27, tags: ['RHAT_storage_domain'], volumes: [] };
    lun.group = group;
    for (const [name, minor, size] of shown) {
      const made = volume(name, size);
      made.active.set('host1', { minor, open: false });
      group.volumes.push(made);
    }
  });
  afterAll(() => hosts.close());

  const disk = async (): Promise<string> => {
    const { stdout } = await hosts.sh('lsblk');
    const lines = stdout.split('\n');
    const from = lines.findIndex((line) => line.startsWith('sdb '));
    const rest = lines.slice(from + 1);
    return [
      lines[from],
      ...rest.slice(
        0,
        rest.findIndex((line) => !/^[ └├│]/.test(line)),
      ),
    ]
      .join('\n')
      .concat('\n');
  };

  it('prints the trees that the article shows before and after a snapshot', async () => {
    const before = after.replace(/^ {2}└─.*\n/m, '').replace(/├─(.*d935fe8f.*\n)/, '└─$1');
    expect(await disk()).toBe(before);
    const snapshot = volume(SNAPSHOT, GiB);
    group.volumes.push(snapshot);
    activateVolume(hosts.host, group, snapshot);
    expect(snapshot.active.get('host1')?.minor).toBe(2);
    snapshot.active.set('host1', { minor: 39, open: true });
    expect(await disk()).toBe(after);
  });

  it('shows them under every path of the LUN, once by name, and the other way round', async () => {
    const { stdout } = await hosts.sh('lsblk');
    expect(stdout.match(/a823137a/g)).toHaveLength(2);
    const pairs = await hosts.sh(`lsblk -nP -b -o NAME,KNAME,SIZE,TYPE,PKNAME /dev/mapper/${WWID}`);
    expect(pairs.stdout).toContain(
      'NAME="2639f482--7c6b--48db--bddb--9bae82c7660b-master" KNAME="dm-13" SIZE="1073741824" TYPE="lvm" PKNAME="dm-6"\n',
    );
    const inverse = await hosts.sh(`lsblk -nls -o NAME /dev/${VG}/ids 2>&1; lsblk -nls -o NAME dm-11`);
    expect(inverse.stdout).toContain(`${WWID}\nsdb\nsdi\n`);
  });

  it('tells active from open and from inactive in lvs and lvscan (article §15)', async () => {
    const line = `  ACTIVE            '/dev/${VG}/${SNAPSHOT}' [1.00 GiB] inherit\n`;
    expect((await hosts.sh('lvscan | grep bb69829ca80')).stdout).toBe(line);
    expect((await hosts.sh('lvscan')).stdout).toContain(`  ACTIVE            '/dev/${VG}/ids' [128.00 MiB] inherit\n`);
    const attributes = await hosts.sh(`lvs --noheadings -o lv_attr ${VG}/ids ${VG}/${SNAPSHOT}`);
    expect(attributes.stdout).toBe('  -wi-ao----\n  -wi-a-----\n');
    const other = hosts.lab.hosts.get('host2');
    expect((await other?.sh(`lvs --noheadings -o lv_attr ${VG}/ids`))?.stdout).toBe('  -wi-------\n');
    expect((await other?.sh('lvscan'))?.stdout).toContain(
      `  inactive          '/dev/${VG}/ids' [128.00 MiB] inherit\n`,
    );
    expect((await other?.sh('lsblk'))?.stdout).not.toContain('2639f482');
  });

  it('has device nodes as long as a volume is active, and none after the host went down', async () => {
    const snapshot = group.volumes.at(-1) as LogicalVolume;
    const other = hosts.lab.hosts.get('host2');
    if (!other) throw new Error('no host2');
    activateVolume(other, group, snapshot, { open: true });
    expect((await other.sh(`test -e /dev/${VG}/${SNAPSHOT} && ls /dev/mapper`)).stdout).toContain('a823137a--6843');
    deactivateVolume(other, group, snapshot);
    expect(other.fs.exists(`/dev/${VG}/${SNAPSHOT}`)).toBe(false);
    activateVolume(other, group, snapshot);
    other.powerLoss();
    expect([...snapshot.active.keys()]).toEqual(['host1']);
    removeVolume(hosts.lab.hosts.values(), group, snapshot);
    expect(group.volumes.map((one) => one.name)).not.toContain(SNAPSHOT);
    expect(await disk()).not.toContain('a823137a');
  });
});
