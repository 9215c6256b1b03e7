import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostedEngineLun } from '../../worlds/storage.ts';
import { vmId } from '../conf.ts';
import { paths } from '../paths.ts';
import type { TestLab } from '../test-lab.ts';
import { deploy, testLab } from '../test-lab.ts';

let t: TestLab;
beforeEach(async () => {
  t = await testLab({ preset: 'deployed', hosts: 1 });
});
afterEach(() => t.close());
const cleanup = (args: string[], stdin?: string): ReturnType<TestLab['host']['run']> =>
  t.fast(() => t.host.run(['ovirt-hosted-engine-cleanup', ...args], stdin === undefined ? {} : { stdin }));

describe('ovirt-hosted-engine-cleanup', () => {
  it('goes on only at exactly y', async () => {
    for (const answer of ['', 'Y\n', 'yes\n', 'n\n']) {
      const done = await cleanup([], answer);
      expect([done.code, done.stderr]).toEqual([1, 'FATAL: Please contact support for further assistance.\n']);
      expect(done.stdout).toContain('Are you sure you want to proceed? [y/n]');
    }
    expect(vmId(t.host)).toBeDefined();
    expect((await cleanup(['--force'])).code).toBe(1);
  });

  it('asks a second time because of the management bridge', async () => {
    const done = await cleanup([], 'y\nn\n');
    expect(done.code).toBe(1);
    expect(done.stdout).toContain('Under certain circumstances you can loose network connection.');
    expect(t.host.network.interfaces.has('ovirtmgmt')).toBe(true);
  });

  it('takes the hosted engine off the host section by section', async () => {
    const done = await cleanup(['-q']);
    expect(done.code).toBe(0);
    const sections = [...done.stdout.matchAll(/^ {2}-=== (.*) ===- $/gm)].map((m) => m[1]);
    expect(sections).toEqual([
      'Destroy hosted-engine VM',
      'Stop HA services',
      'Shutdown sanlock',
      'Disconnecting the hosted-engine storage domain',
      'De-configure VDSM networks',
      'Stop other services',
      'De-configure external daemons',
      'Removing configuration files',
      'Removing IP Rules',
    ]);
    expect(done.stdout).toContain('? /etc/init/libvirtd.conf already missing\n');
    expect(done.stdout).toContain('- removing /etc/ovirt-hosted-engine/hosted-engine.conf\n');
    expect(done.stdout).toContain('- removing /etc/pki/vdsm/certs/cacert.pem\n');
    const { host } = t;
    expect(host.libvirt.domains.size).toBe(0);
    expect(host.network.interfaces.get('em1')?.addresses[0]?.address).toBe(host.address);
    for (const unit of ['ovirt-ha-agent', 'vdsmd', 'libvirtd', 'sanlock']) {
      expect(host.units.isActive(`${unit}.service`), unit).toBe(false);
    }
    expect((await t.host.run(['hosted-engine', '--check-deployed'])).stdout).toBe(
      'The hosted engine has not been deployed\n',
    );
  });

  it('leaves storage, enabled units, maintenance flags and saved answers; its code says nothing', async () => {
    await cleanup(['-q']);
    const { host } = t;
    expect(hostedEngineLun(t.lab).group).toBeDefined();
    expect(host.units.status('ovirt-ha-agent.service').unitFileState).toBe('enabled');
    expect(host.fs.exists(paths.haConf)).toBe(true);
    expect(host.fs.list(paths.savedAnswers).length).toBe(1);
    const again = await cleanup(['-q']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('You must run deploy first');
    expect(again.stdout).toContain('? /etc/ovirt-hosted-engine/hosted-engine.conf already missing\n');
  });

  it('makes way for another deployment only when the LUN is wiped too', async () => {
    await cleanup(['-q']);
    expect((await t.fast(() => deploy(t.host))).code).toBe(1);
    const lun = hostedEngineLun(t.lab);
    lun.group = undefined;
    lun.blocks.clear();
    const done = await t.fast(() => deploy(t.host));
    expect(done.stdout.slice(-200)).toContain('Hosted Engine successfully deployed');
  });
});
