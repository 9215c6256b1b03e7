import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestHosts } from '../../test-hosts.ts';
import { testHosts } from '../../test-hosts.ts';

describe('mounts of a host', () => {
  let hosts: TestHosts;
  beforeAll(async () => {
    hosts = await testHosts({ hosts: 2 });
    await hosts.sh('yum -y install nfs-utils && mkdir /mnt/a');
  });
  afterAll(() => hosts.close());

  it('are listed by mount, findmnt and the kernel', async () => {
    const { stdout } = await hosts.sh('mount');
    expect(stdout.split('\n')).toContain('/dev/mapper/centos-root on / type xfs (rw,relatime)');
    expect((await hosts.sh('findmnt -n -o SOURCE --target /var/log')).stdout).toBe('/dev/mapper/centos-var\n');
    expect(await hosts.sh('findmnt /nowhere')).toMatchObject({ code: 1, stdout: '' });
    expect(await hosts.sh('umount /mnt/a')).toMatchObject({ code: 32, stderr: 'umount: /mnt/a: not mounted\n' });
  });

  it('shows what a server exports', async () => {
    expect((await hosts.sh('showmount -e nas.test.local')).stdout).toBe(
      'Export list for nas.test.local:\n/exports/data      172.20.32.0/24\n/exports/backup    172.20.32.0/24\n/exports/root_only 172.20.32.0/24\n',
    );
    expect(await hosts.sh('showmount -e nobody.test.local')).toMatchObject({
      code: 1,
      stderr: 'clnt_create: RPC: Unknown host\n',
    });
  });

  it('has one set of files on all hosts that mount an export, until they let go of it', async () => {
    const [, second] = [...hosts.lab.hosts.values()];
    await hosts.lab.clock.hurry(async () => second?.sh('yum -y install nfs-utils && mkdir /mnt/a'));
    for (const host of hosts.lab.hosts.values()) {
      await hosts.lab.clock.hurry(() => host.sh('mount -t nfs -o vers=3 nas.test.local:/exports/data /mnt/a'));
    }
    await hosts.sh('echo one > /mnt/a/file');
    expect((await second?.sh('cat /mnt/a/file'))?.stdout).toBe('one\n');
    expect((await second?.sh('grep /mnt/a /proc/mounts'))?.stdout).toMatch(
      /^nas\.test\.local:\/exports\/data \/mnt\/a nfs rw,relatime,vers=3,/,
    );
    expect((await hosts.sh('stat -c %U:%G /mnt/a; umount /mnt/a; ls /mnt/a')).stdout).toBe('vdsm:kvm\n');
    second?.powerLoss();
    expect(second?.disks.some(({ type }) => type === 'nfs')).toBe(false);
  });

  it('lets a process mount for itself, and has nothing of it when the process is gone', async () => {
    const before = hosts.lab.revision;
    const look =
      "mount --make-rprivate / && mount -t nfs -o ro nas.test.local:/exports/data /mnt/a && stat -c '%u:%g %a' /mnt/a";
    expect(await hosts.sh(`unshare -m bash -c "${look}"`)).toMatchObject({ code: 0, stdout: '36:36 755\n' });
    expect((await hosts.sh('findmnt /mnt/a; stat -c %U /mnt/a')).stdout).toBe('root\n');
    expect(await hosts.sh('unshare -m mount -t nfs nas.test.local:/none /mnt/a')).toMatchObject({ code: 32 });
    expect(hosts.lab.revision).toBe(before);
  });

  it('of a namespace are seen by no other one, not even at the same time', async () => {
    const owner = (path: string) =>
      `mount -t nfs nas.test.local:/exports/${path} /mnt/a && sleep 5 && stat -c %U /mnt/a`;
    const looks = ['data', 'root_only', 'backup'].map((path) => hosts.sh(`unshare -m bash -c "${owner(path)}"`));
    expect((await Promise.all(looks)).map(({ stdout }) => stdout)).toEqual(['vdsm\n', 'root\n', 'vdsm\n']);
    expect((await hosts.sh('timeout 2 unshare -m sleep 60')).code).toBe(124);
    expect((await hosts.sh('unshare -m bash -c "unshare -m true"')).code).toBe(0);
  });

  it('says why a mount failed', async () => {
    const mount = (source: string) => hosts.sh(`mount -t nfs ${source} /mnt/a`);
    expect(await mount('nas.test.local:/exports/none')).toMatchObject({
      code: 32,
      stderr:
        'mount.nfs: mounting nas.test.local:/exports/none failed, reason given by server: No such file or directory\n',
    });
    expect(await mount('nobody.test.local:/exports/data')).toMatchObject({
      stderr: 'mount.nfs: Failed to resolve server nobody.test.local: Name or service not known\n',
    });
    const [server] = hosts.lab.nfs;
    if (server) server.answering = false;
    expect(await mount('nas.test.local:/exports/data')).toMatchObject({
      code: 32,
      stderr: 'mount.nfs: Connection timed out\n',
    });
    expect(await hosts.sh('showmount -e nas.test.local')).toMatchObject({
      code: 1,
      stderr: 'clnt_create: RPC: Port mapper failure - Timed out\n',
    });
  });
});
