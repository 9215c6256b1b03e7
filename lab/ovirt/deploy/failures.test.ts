import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostedEngineLun } from '../../worlds/storage.ts';
import type { TestLab } from '../test-lab.ts';
import { deploy, installPackages, testLab } from '../test-lab.ts';

const failed = (msg: string): string =>
  `[ ERROR ] fatal: [localhost]: FAILED! => {"changed": false, "msg": ${JSON.stringify(msg)}}`;
const closing = "[ ERROR ] Failed to execute stage 'Closing up': Failed executing ansible-playbook";
const hard =
  '[ ERROR ] Hosted Engine deployment failed: please check the logs for the issue, fix accordingly or re-deploy from scratch.';

let t: TestLab;
beforeEach(async () => {
  t = await testLab({ hosts: 1 });
  await t.fast(() => installPackages(t.host));
});
afterEach(() => t.close());
const run: typeof deploy = (...args) => t.fast(() => deploy(...args));

describe('what the dialog refuses', () => {
  const dialog = async (changes: Parameters<typeof deploy>[1], why: string): Promise<void> => {
    const done = await run(t.host, changes);
    expect(done.code).toBe(1);
    expect(done.stdout).toContain(`[ ERROR ] Failed to execute stage 'Environment customization': ${why}`);
    expect(done.stdout).toContain('[ ERROR ] Hosted Engine deployment failed\n');
    expect(done.stdout).toMatch(
      / {10}Log file is located at \/var\/log\/ovirt-hosted-engine-setup\/ovirt-hosted-engine-setup-\d{14}-\w{6}\.log\n$/,
    );
    expect(done.stdout).toContain('[ INFO  ] Stage: Clean up');
    expect(done.stdout).not.toContain('Stage: Closing up');
  };

  it('a missing answer with closed input', async () => {
    await dialog({ 'ENGINE/clusterName': undefined }, 'End of file');
  });
  it('a missing answer file is only a warning, and then everything is asked', async () => {
    const done = await t.fast(() => t.host.run(['hosted-engine', '--deploy', '--config-append=/root/none.conf']));
    expect(done.code).toBe(1);
    expect(done.stdout).toContain('Are you sure you want to continue? (Yes, No)[Yes]:');
    expect(done.stdout).toContain("[ ERROR ] Failed to execute stage 'Environment setup': End of file");
  });
  it('names the missing file once it goes on', async () => {
    const done = await t.fast(() =>
      t.host.run(['hosted-engine', '--deploy', '--config-append=/root/none.conf'], { stdin: 'Yes\n' }),
    );
    expect(done.stdout).toContain('[WARNING] The following configuration files are missing: /root/none.conf.');
  });
  it('more CPUs than the host has', async () => {
    await dialog(
      { 'VM/vmVCpus': 'str:64' },
      'Invalid number of cpu specified: 64, while only 16 are available on the host',
    );
  });
  it('a static address without prefix', async () => {
    await dialog(
      { 'VM/cloudinitVMStaticCIDR': 'str:172.20.32.5' },
      "local variable 'proposed_ip' referenced before assignment",
    );
  });
  it('an SMTP port that is an int', async () => {
    await dialog({ 'NOTIF/smtpPort': 'int:25' }, 'expected string or buffer');
  });
  it('an engine name that does not resolve', async () => {
    t.lab.dns.forward.delete('ovirt.test.local');
    await dialog({}, 'Host name is not valid: ovirt.test.local did not resolve into an IP address');
  });
  it('an engine name that is this host', async () => {
    t.lab.dns.forward.set('ovirt.test.local', [t.host.address]);
    await dialog(
      {},
      `Host name is not valid: ovirt.test.local resolves to ${t.host.address}, and at least one of them is locally used on this machine. Please input the hostname for the engine VM, not for this host.`,
    );
  });
  it('dead name servers, by the chosen network test', async () => {
    await t.world('dns-broken');
    await dialog({}, 'DNS query failed');
  });
  it('a gateway that does not answer, by ping', async () => {
    await dialog(
      { 'NETWORK/network_test': 'str:ping', 'NETWORK/gateway': 'str:172.20.32.99' },
      'Specified gateway is not pingable',
    );
  });
  it('more memory than there is: asks, which ends at closed input', async () => {
    await dialog({ 'VM/vmMemSizeMB': 'int:999999' }, 'End of file');
  });
  it('a false that is none: bool:no means yes', async () => {
    const done = await run(t.host, { 'CORE/deployProceed': 'bool:no', 'ENGINE/clusterName': undefined });
    expect(done.stdout).toContain("Failed to execute stage 'Environment customization': End of file");
    const no = await run(t.host, { 'CORE/deployProceed': 'bool:False' });
    expect(no.stdout).toContain('[WARNING] Aborted');
    expect(no.code).toBe(1);
  });
});

describe('the session', () => {
  it('refuses SSH without a terminal unless it is told not to look', async () => {
    const ssh = { SSH_CLIENT: '10.0.0.1 51000 22' };
    const refused = await run(t.host, { 'CORE/skipTTYCheck': undefined }, ssh);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain(
      '[ ERROR ] It has been detected that this program is executed through an SSH connection without pseudo-tty allocation.',
    );
    expect(refused.stdout).toContain('[WARNING] Aborted');
    const asked = await run(t.host, { 'CORE/screenProceed': undefined }, ssh);
    expect(asked.stdout).toContain('Do you want to continue anyway? (Yes, No)[No]:');
    expect(asked.stdout).toContain("Failed to execute stage 'Environment setup': End of file");
  });
});

describe('what the playbooks refuse', () => {
  it('a host without firewalld, in the words of the article; with firewalld it goes on', async () => {
    await t.world('firewalld-off');
    const done = await run(t.host);
    expect(done.code).toBe(1);
    expect(done.stdout).toContain(
      '[ ERROR ] fatal: [localhost]: FAILED! => {"changed": false, "msg": "firewalld is required to be enabled and active in order to correctly deploy hosted-engine. Please check, fix accordingly and re-deploy.\\n"}\n',
    );
    expect(done.stdout).toContain(closing);
    expect(done.stdout).toContain(hard);
    await t.fast(() => t.host.units.start('firewalld.service'));
    expect((await run(t.host)).code).toBe(0);
  });
  it('a host name on another NIC', async () => {
    await t.world('hostname-wrong-nic');
    const done = await run(t.host);
    expect(done.stdout).toContain(failed("The resolved address doesn't resolve on the selected interface\n"));
  });
  it('an interface that is none', async () => {
    const done = await run(t.host, { 'NETWORK/bridgeIf': 'str:eth9' });
    expect(done.code).toBe(1);
    expect(done.stdout).toContain(failed('The selected network interface is not valid'));
  });
  it('a libvirt too old for md-clear; a newer one cures it', async () => {
    await t.world('md-clear-missing');
    const done = await run(t.host);
    expect(done.code).toBe(1);
    expect(done.stdout).toContain('error: unsupported configuration: unknown CPU feature: md-clear');
    expect(done.stdout).toContain('TASK [ovirt.hosted_engine_setup : Remove local vm dir]');
    const newer = { epoch: 0, version: '4.5.0', release: '23.el7_7.3', arch: 'x86_64' };
    t.host.packages.install({ name: 'libvirt-daemon', ...newer });
    expect((await run(t.host)).code).toBe(0);
  });
  it('a dirty LUN, after the bootstrap; wiping it lets the next attempt through', async () => {
    await t.world('lun-dirty');
    const done = await run(t.host);
    expect(done.stdout).toContain('[ INFO  ] Creating Storage Domain');
    expect(done.stdout).toContain(
      '[Physical device initialization failed. Please check that the device is empty and accessible by the host.]',
    );
    const status = await t.host.run(['hosted-engine', '--vm-status']);
    expect(status).toEqual({
      code: 2,
      stdout:
        "It seems like a previous attempt to deploy hosted-engine failed or it's still in progress. Please clean it up before trying again\n",
      stderr: '',
    });
    const lun = hostedEngineLun(t.lab);
    lun.group = undefined;
    expect((await run(t.host)).code).toBe(0);
  });
  it('missing storage answers only after the bootstrap', async () => {
    const from = t.lab.clock.now();
    const done = await run(t.host, { 'STORAGE/LunID': undefined });
    expect(done.stdout).toContain('[ INFO  ] Getting Fibre Channel LUNs list');
    expect(done.stdout).toContain('[2]\t3600a098000e4b4b3000003c95d171065\t150GiB\tDELL\tMD38xxf');
    expect(done.stdout).toContain('status: free, paths: 2 active');
    expect(done.stdout).toContain("[ ERROR ] Failed to execute stage 'Closing up': End of file");
    expect((t.lab.clock.now() - from) / 60_000).toBeGreaterThan(12);
  });
  it('a storage pool whose directory is gone, until it is removed', async () => {
    await t.world('leftover-pool');
    expect((await run(t.host)).stdout).toContain(
      "error: cannot open directory '/var/tmp/localvmq3x7ka': No such file or directory",
    );
    t.host.libvirt.pools.clear();
    expect((await run(t.host)).code).toBe(0);
  });
  it('drifted packages, until the library is back', async () => {
    await t.world('package-drift');
    expect((await run(t.host)).stdout).toContain(
      'The ipaddr filter requires python-netaddr be installed on the ansible controller',
    );
    t.host.packages.install({ name: 'python-netaddr', epoch: 0, version: '0.7.5', release: '9.el7', arch: 'noarch' });
    expect((await run(t.host)).code).toBe(0);
  });
  it('something unforeseen, once', async () => {
    await t.world('deploy-unknown');
    const done = await run(t.host);
    expect(done.code).toBe(1);
    expect(done.stdout).toContain('"msg": "MODULE FAILURE\\nSee stdout/stderr for the exact error"');
    expect((await run(t.host)).code).toBe(0);
  });
  it('an engine that does not start on the shared storage, after a quarter of an hour', async () => {
    await t.world('bad-final-health');
    const done = await run(t.host);
    expect(done.code).toBe(1);
    expect(done.stdout).toContain(failed('The engine failed to start inside the engine VM; please check engine.log.'));
    expect((await t.host.run(['hosted-engine', '--check-deployed'])).code).toBe(0);
  });
});

describe('a deployment that is killed', () => {
  /** Kills the programs of that name once the bootstrap VM is there. */
  const interrupt = (...programs: string[]): Promise<number> =>
    t.fast(async () => {
      const going = deploy(t.host);
      while (!t.host.libvirt.domains.has('HostedEngineLocal')) await t.lab.clock.sleep(5);
      for (const process of [...t.host.processes.values()]) {
        if (programs.includes(process.argv[0] ?? '')) process.kill('SIGKILL');
      }
      return (await going).code;
    });

  it('leaves what it had done, and the next one begins from the start', async () => {
    expect(await interrupt('hosted-engine', '/usr/bin/ansible-playbook')).toBe(137);
    await t.fast(() => t.lab.clock.sleep(600));
    expect(t.host.network.interfaces.has('ovirtmgmt')).toBe(false);
    expect(t.host.libvirt.domains.get('HostedEngineLocal')?.state).toBe('running');
    expect(t.host.fs.list('/var/tmp').some((name) => name.startsWith('localvm'))).toBe(true);
    const again = await run(t.host);
    expect(again.stdout).toContain(
      '[ INFO  ] TASK [ovirt.hosted_engine_setup : Destroy leftover local Hosted Engine VM]\n[ INFO  ] changed: [localhost]',
    );
    expect(again.code).toBe(0);
  });

  it('goes on in its playbook when only the setup program is killed', async () => {
    expect(await interrupt('hosted-engine')).toBe(137);
    expect([...t.host.processes.values()].some((one) => one.argv[0] === '/usr/bin/ansible-playbook')).toBe(true);
    await t.fast(() => t.lab.clock.sleep(900));
    expect(t.host.network.interfaces.has('ovirtmgmt')).toBe(true);
    expect([...t.host.processes.values()].some((one) => one.argv[0] === '/usr/bin/ansible-playbook')).toBe(false);
    expect((await t.host.run(['hosted-engine', '--check-deployed'])).code).toBe(1);
  });
});
