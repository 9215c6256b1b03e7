import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { startLab } from '../lab.ts';
import type { RunningLab, RunResult } from '../types.ts';
import { labAnswers } from '../worlds/presets.ts';
import type { TestLab } from './test-lab.ts';
import { deploy, installPackages, testLab } from './test-lab.ts';

/** The article's own commands, on the lab as an operator meets it. */
describe('the deployment over SSH, in a unit without a terminal', () => {
  let running: RunningLab | undefined;
  const dir = mkdtempSync(join(tmpdir(), 'lab-'));
  afterEach(async () => {
    await running?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('runs to its end and leaves an engine that answers', async () => {
    const lab = await startLab({ dir, hosts: 1, speed: 3000 });
    running = lab;
    const client = new ssh2.Client();
    client.once('connect', () => client.setNoDelay());
    const { address, port } = lab.hosts.host1 ?? { address: '', port: 0 };
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).once('error', reject);
      client.connect({
        host: address,
        port,
        username: 'root',
        privateKey: readFileSync(join(dir, 'secrets/id_ed25519')),
      });
    });
    const exec = (command: string, stdin?: string): Promise<RunResult> =>
      new Promise((resolve, reject) => {
        client.exec(command, (error, stream) => {
          if (error) return reject(error);
          let stdout = '';
          let stderr = '';
          stream.on('data', (part: Buffer) => {
            stdout += part;
          });
          stream.stderr.on('data', (part: Buffer) => {
            stderr += part;
          });
          stream.on('close', (code: number) => resolve({ code, stdout, stderr }));
          stream.end(stdin);
        });
      });
    for (const command of [
      'curl -fsSIL http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm',
      'yum -y install http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm',
      'yum -y install epel-release',
      'yum -y install screen ovirt-hosted-engine-setup',
    ]) {
      expect((await exec(command)).code, command).toBe(0);
    }
    const host = lab.lab.hosts.get('host1');
    if (!host) throw new Error('no host1');
    await exec('umask 077; cat > /root/ohe.conf', labAnswers(lab.lab, host));
    const start = await exec(
      `systemd-run --unit=rb-deploy -p RemainAfterExit=yes /bin/bash -c 'hosted-engine --deploy --config-append=/root/ohe.conf > /var/log/rb-deploy.log 2>&1; echo $? > /var/log/rb-deploy.rc'`,
    );
    expect(start).toMatchObject({ code: 0 });
    let early = '';
    for (;;) {
      const tail = (await exec('tail -n 1 /var/log/rb-deploy.log')).stdout;
      early ||= tail;
      if ((await exec('test -s /var/log/rb-deploy.rc')).code === 0) break;
    }
    expect((await exec('cat /var/log/rb-deploy.rc')).stdout).toBe('0\n');
    expect((await exec('tail -n 1 /var/log/rb-deploy.log')).stdout).toBe(
      '[ INFO  ] Hosted Engine successfully deployed\n',
    );
    // The log could be followed while the deployment ran.
    expect(early).not.toBe('');
    expect(early).not.toContain('successfully deployed');
    const health = await exec(
      "curl -s -o /dev/null -w '%{http_code}' http://ovirt.test.local/ovirt-engine/services/health",
    );
    expect(health.stdout).toBe('200');
    expect((await exec('virsh -r list --all')).stdout).toContain('HostedEngine                   running');
    client.end();
  });
});

describe("the article's recoveries", () => {
  let t: TestLab;
  afterEach(() => t.close());
  const run = (command: string): Promise<RunResult> => t.fast(() => t.host.sh(command));

  it('md-clear: the odd repository off, qemu-ev, update, libvirtd anew; then the deployment goes through', async () => {
    t = await testLab();
    await t.world('md-clear-missing');
    await t.fast(() => installPackages(t.host));
    expect((await run('virsh domcapabilities kvm | grep md-clear')).code).toBe(1);
    const failed = await t.fast(() => deploy(t.host));
    expect(failed.stdout).toContain('error: unsupported configuration: unknown CPU feature: md-clear');
    for (const command of [
      'yum-config-manager --disable mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_',
      'yum -y install centos-release-qemu-ev',
      'yum -y update',
      'systemctl enable libvirtd',
      'systemctl restart libvirtd',
    ]) {
      expect((await run(command)).code, command).toBe(0);
    }
    expect((await run('virsh domcapabilities kvm | grep md-clear')).stdout).toBe(
      "      <feature policy='require' name='md-clear'/>\n",
    );
    expect((await t.fast(() => deploy(t.host))).code).toBe(0);
  });

  it('md-clear: an update with the odd repository on does not help', async () => {
    t = await testLab();
    await t.world('md-clear-missing');
    await t.fast(() => installPackages(t.host));
    expect((await run('yum -y update')).code).toBe(0);
    expect(t.host.packages.get('libvirt-daemon')?.version).toBe('5.0.0');
    expect((await t.fast(() => deploy(t.host))).stdout).toContain('unknown CPU feature: md-clear');
  });

  it('firewalld: iptables off, firewalld on', async () => {
    t = await testLab();
    await t.world('firewalld-off');
    await t.fast(() => installPackages(t.host));
    expect((await run('firewall-cmd --state')).code).toBe(252);
    await run(
      'systemctl stop iptables; systemctl disable iptables; systemctl enable firewalld; systemctl start firewalld',
    );
    expect((await run('firewall-cmd --state')).stdout).toBe('running\n');
    expect((await t.fast(() => deploy(t.host))).code).toBe(0);
  });

  it('a left-over TLS socket of libvirt: stopped and disabled, the next attempt goes through', async () => {
    t = await testLab();
    await t.fast(() => installPackages(t.host));
    await t.world('leftover-socket');
    const failed = await t.fast(() => deploy(t.host));
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('"msg": "Unable to start service libvirtd: Job for libvirtd.service failed');
    expect((await run('journalctl -u libvirtd --no-pager')).stdout).toContain(
      "Cannot read certificate '/etc/pki/libvirt/servercert.pem'",
    );
    await run('systemctl stop libvirtd-tls.socket; systemctl disable libvirtd-tls.socket');
    expect((await t.fast(() => deploy(t.host))).code).toBe(0);
  });

  it('a dirty LUN: wiped, it is taken', async () => {
    t = await testLab();
    await t.world('lun-dirty');
    await t.fast(() => installPackages(t.host));
    expect((await t.fast(() => deploy(t.host))).stdout).toContain('Physical device initialization failed');
    const device = '/dev/mapper/3600a098000e4b4b3000003c95d171065';
    const wiped = await run(`vgs --noheadings -o vg_name; wipefs -af ${device}`);
    expect(wiped.code).toBe(0);
    expect((await t.fast(() => deploy(t.host))).code).toBe(0);
  });
});
