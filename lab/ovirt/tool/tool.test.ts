import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../types.ts';
import { parseConf, vmId } from '../conf.ts';
import { runningOn, vmRecord } from '../engine-vm.ts';
import { agentRuntime } from '../ha/runtime.ts';
import { paths } from '../paths.ts';
import { anyStorage } from '../storage.ts';
import type { TestLab } from '../test-lab.ts';
import { installPackages, testLab } from '../test-lab.ts';

const said = (code: number, stdout: string, stderr = ''): RunResult => ({ code, stdout, stderr });

describe('hosted-engine on a host that is not deployed', () => {
  let t: TestLab;
  beforeAll(async () => {
    t = await testLab();
    await t.fast(() => installPackages(t.host));
  });
  afterAll(() => t.close());
  const he = (...args: string[]): Promise<RunResult> => t.fast(() => t.host.run(['hosted-engine', ...args]));

  it('says so on stdout', async () => {
    for (const verb of [
      '--vm-start',
      '--vm-shutdown',
      '--vm-poweroff',
      '--vm-status',
      '--connect-storage',
      '--clean-metadata',
    ]) {
      expect(await he(verb), verb).toEqual(said(1, 'You must run deploy first\n'));
    }
    expect(await he('--set-maintenance', '--mode=none')).toEqual(said(1, 'You must run deploy first\n'));
    expect(await he('--check-deployed')).toEqual(said(1, 'The hosted engine has not been deployed\n'));
    expect(await he('--check-liveliness')).toEqual(said(2, '', 'Error reading the configuration file\n'));
  });
  it('judges its own arguments first', async () => {
    expect(await he('--set-maintenance')).toEqual(said(1, 'You must specify a maintenance mode with --mode\n'));
    expect(await he('--set-maintenance', '--mode=x')).toEqual(said(1, "Invalid value 'x' for --mode\n"));
    expect(await he('--get-shared-config')).toEqual(said(1, 'You must specify a key to get\n'));
    const wrong = await he('--config-append=x');
    expect([wrong.code, wrong.stderr]).toEqual([1, "Invalid option '--config-append=x'\n"]);
    expect(wrong.stdout).toMatch(/^Usage: .*hosted-engine \[--help\] <command> \[<command-args>\]\n/);
    expect((await he()).code).toBe(1);
    expect((await he('--help')).code).toBe(0);
    expect((await he('--vm-start', '--help')).code).toBe(0);
    expect(await he('--deploy', '--noansible')).toEqual(said(1, '', "FATAL: Invalid option '--noansible'\n"));
    expect(await he('--deploy', '--restore-from-file=/b')).toEqual(said(1, '', 'FATAL: File /b not found!\n'));
  });
  it('starts no agent: the condition fails and systemctl is content', async () => {
    await t.fast(() => t.host.units.start('ovirt-ha-agent.service'));
    expect(t.host.units.status('ovirt-ha-agent.service').activeState).toBe('inactive');
  });
});

describe('hosted-engine on two deployed hosts', () => {
  let t: TestLab;
  beforeAll(async () => {
    t = await testLab({ preset: 'deployed', hosts: 2 });
  });
  afterAll(() => t.close());
  const host2 = (): TestLab['host'] => t.lab.hosts.get('host2') ?? t.host;
  const on1 = (...args: string[]): Promise<RunResult> => t.fast(() => t.host.run(['hosted-engine', ...args]));
  const on2 = (...args: string[]): Promise<RunResult> => t.fast(() => host2().run(['hosted-engine', ...args]));
  const pass = (seconds: number): Promise<void> => t.fast(() => t.lab.clock.sleep(seconds));

  it('shows both hosts, each with its state', async () => {
    const { stdout } = await on2('--vm-status');
    expect(stdout).toContain(
      '\n\n--== Host host1.test.local (id: 1) status ==--\n\nconf_on_shared_storage             : True\n',
    );
    expect(stdout).toContain('--== Host host2.test.local (id: 2) status ==--');
    expect(stdout.match(/Status up-to-date {18}: True/g)?.length).toBe(2);
    expect(stdout).toContain('\tstate=EngineUp\n');
    expect(stdout).toContain('\tstate=EngineDown\n');
    expect(stdout).toContain(
      '{"reason": "vm not running on this host", "health": "bad", "vm": "down", "detail": "unknown"}',
    );
    expect(await on1('--check-liveliness')).toEqual(said(0, 'Hosted Engine is up!\n'));
  });

  it('has sanlock in two lockspaces on each host, with the lease where the VM runs', async () => {
    const status = async (host: TestLab['host']) =>
      (await t.fast(() => host.run(['sanlock', 'client', 'status']))).stdout.split('\n');
    const lines = (id: number) => [
      expect.stringMatching(new RegExp(`^s ([0-9a-f-]{36}):${id}:/dev/\\1/ids:0$`)),
      expect.stringMatching(
        new RegExp(`^s hosted-engine:${id}:/var/run/vdsm/storage/[0-9a-f-]+/[0-9a-f-]+/[0-9a-f-]+:0$`),
      ),
    ];
    expect(await status(t.host)).toEqual(
      expect.arrayContaining([...lines(1), expect.stringMatching(/^r [0-9a-f-]{36}:[0-9a-f-]{36}:\S+:3 p \d+$/)]),
    );
    const second = await status(host2());
    expect(second).toEqual(expect.arrayContaining(lines(2)));
    expect(second.filter((line) => line.startsWith('r '))).toEqual([]);
  });

  it('changes nothing by looking, and nothing by refusing', async () => {
    const before = t.lab.revision;
    for (const args of [
      ['--vm-status'],
      ['--vm-status', '--json'],
      ['--check-deployed'],
      ['--check-liveliness'],
      ['--vm-start'],
    ]) {
      await on1(...args);
    }
    await on2('--vm-shutdown');
    await pass(60);
    expect(t.lab.revision).toBe(before);
    await on1('--set-maintenance', '--mode=none');
    expect(t.lab.revision).toBe(before);
  });

  it('will not start what runs, and reaches only the VM on its own host', async () => {
    expect(await on1('--vm-start')).toEqual(said(1, 'VM exists and its status is Up\n'));
    const id = vmId(t.host) ?? '';
    expect(await on2('--vm-shutdown')).toEqual(
      said(
        1,
        '',
        `Command VM.shutdown with args {'vmID': '${id}'} failed:\n(code=1, message=Virtual machine does not exist: {'vmId': u'${id}'})\n`,
      ),
    );
    expect(await on2('--console')).toMatchObject({ code: 0, stdout: 'The engine VM is not on this host\n' });
    expect((await on1('--set-maintenance', '--mode=local')).stderr).toBe(
      'Unable to enter local maintenance mode: the engine VM is running on the current host, please migrate it before entering local maintenance mode.\n',
    );
  });

  it('lets a second VM start say success although the lease is held', async () => {
    const started = await on2('--vm-start');
    expect([started.code, started.stdout]).toEqual([0, 'VM in WaitForLaunch\n']);
    expect(started.stderr).toContain('Virtual machine does not exist');
    const reason = '"reason": "Storage of VM is locked. Is another host already starting the VM?"';
    let seen = false;
    for (let n = 0; n < 40 && !seen; n++) {
      seen = (await on2('--vm-status')).stdout.includes(reason);
      await pass(1);
    }
    expect(seen).toBe(true);
    await pass(30);
    expect(runningOn(t.lab)?.host.name).toBe('host1');
    expect(vmRecord(host2())).toBeUndefined();
  });

  it('ends global maintenance with every other mode, and leaves the other host alone', async () => {
    expect(await on1('--set-maintenance', '--mode=global')).toEqual(said(0, ''));
    await pass(25);
    const { stdout } = await on2('--vm-status');
    expect(stdout.split('!! Cluster is in GLOBAL MAINTENANCE mode !!').length).toBe(3);
    expect(stdout.match(/state=GlobalMaintenance/g)?.length).toBe(2);
    expect(await on2('--set-maintenance', '--mode=local')).toEqual(said(0, ''));
    expect(anyStorage(t.lab)?.globalMaintenance).toBe(false);
    await pass(25);
    expect(agentRuntime(host2())).toMatchObject({ state: 'LocalMaintenance', score: 0 });
    expect(await on1('--set-maintenance', '--mode=none')).toEqual(said(0, ''));
    await pass(25);
    expect(agentRuntime(host2())?.state).toBe('LocalMaintenance');
    await on2('--set-maintenance', '--mode=none');
    await pass(25);
    expect(agentRuntime(host2())?.state).toBe('EngineDown');
  });

  it('reads and sets shared configuration, and wants a type for a key that is in two files', async () => {
    expect(await on1('--get-shared-config', 'smtp-port')).toEqual(said(0, '\nsmtp-port : 25, type : broker\n\n'));
    const unknown = await on1('--get-shared-config', 'nonsense');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/^Invalid configuration key nonsense\.\nAvailable keys are:\n/);
    expect((await on1('--get-shared-config', 'gateway')).stderr).toBe(
      "Duplicate key gateway, please specify the key type. Available types are: ['he_local', 'he_shared']\n",
    );
    expect(await on1('--set-shared-config', 'gateway', '172.20.32.33', '--type=he_shared')).toEqual(said(0, ''));
    expect(await on1('--get-shared-config', 'gateway', '--type=he_shared')).toEqual(
      said(0, '\ngateway : 172.20.32.33, type : he_shared\n\n'),
    );
    expect(parseConf(t.host.fs.read(paths.conf)).get('gateway')).toBe('172.20.32.32');
  });

  it('refuses to touch the lockspace of a living cluster', async () => {
    const plain = await on1('--reinitialize-lockspace');
    expect([plain.code, plain.stderr.trimEnd().split('\n').at(-1)]).toEqual([
      1,
      'Exception: Lockfile reset can be performed in global maintenance mode only.',
    ]);
  });

  it('will not clean the block of a host that runs, and says 0 all the same', async () => {
    const kept = await on1('--clean-metadata', '--host-id=2');
    expect(kept.code).toBe(0);
    expect(kept.stderr).toContain('Cannot clean unclean metadata block. Consider --force-clean.');
    expect(anyStorage(t.lab)?.blocks.has(2)).toBe(true);
  });

  it('opens the console where the VM runs, with a password that VNC takes', async () => {
    expect(await on1('--console')).toMatchObject({
      code: 0,
      stdout: 'The engine VM is running on this host\nEscape character is ^]\n',
    });
    expect(await on1('--add-console-password', '--password=x')).toEqual(
      said(0, 'You can now connect the hosted-engine VM with VNC at 172.20.32.11:5900\n'),
    );
    expect((await on1('--add-console-password')).code).toBe(1);
    expect(await on2('--add-console-password', '--password=x')).toEqual(said(1, '', 'Failed detecting VNC port\n'));
  });

  it('calls every host stale when the local agent is down, while the other host knows better', async () => {
    await t.fast(() => host2().units.stop('ovirt-ha-agent.service'));
    await pass(70);
    const blind = await on2('--vm-status');
    expect(blind.stdout.match(/Engine status {22}: unknown stale-data/g)?.length).toBe(2);
    const json = JSON.parse((await on2('--vm-status', '--json')).stdout);
    expect(json['1']).toMatchObject({
      'live-data': false,
      'engine-status': { vm: 'up', health: 'good', detail: 'Up' },
    });
    const seeing = await on1('--vm-status');
    expect(seeing.stdout.match(/stale-data/g)?.length).toBe(1);
    expect(seeing.stdout).toContain('\tstate=AgentStopped\n\tstopped=True\n');
    await t.fast(() => host2().units.start('ovirt-ha-agent.service'));
    await pass(130);
    expect((await on2('--vm-status')).stdout).not.toContain('stale-data');
  });

  it('says where to look when the broker is gone, and has no JSON then', async () => {
    await t.fast(() => host2().units.stop('ovirt-ha-broker.service'));
    expect(await on2('--vm-status')).toEqual(
      said(
        1,
        'The hosted engine configuration has not been retrieved from shared storage. Please ensure that ovirt-ha-agent is running and the storage server is reachable.\n',
      ),
    );
    host2().fs.write(paths.vmConf, 'vmId=x\n');
    const text = await on2('--vm-status');
    expect([text.code, text.stdout]).toEqual([1, '']);
    expect(text.stderr).toContain('Cannot connect to the HA daemon, please check the logs.\n');
    expect(text.stderr).toContain(
      'An error occured while retrieving vm status, please make sure the HA daemon is ready and reachable.\n',
    );
    const json = await on2('--vm-status', '--json');
    expect([json.code, json.stdout]).toEqual([1, '']);
    expect(json.stderr).toContain('ValueError: Invalid control character at: line 1 column');
    await t.fast(async () => {
      await host2().units.restart('ovirt-ha-agent.service');
      await t.lab.clock.sleep(130);
    });
    expect((await on2('--vm-status')).code).toBe(0);
  });

  it('shuts the VM down outside maintenance: score 0 here, and the other host starts it', async () => {
    expect(await on1('--vm-shutdown')).toEqual(said(0, ''));
    expect(vmRecord(t.host)?.status).toBe('Powering down');
    await pass(60);
    expect(agentRuntime(t.host)).toMatchObject({ state: 'EngineUnexpectedlyDown', score: 0 });
    expect((await on1('--vm-status')).stdout).toMatch(/timeout=Thu Jan {2}1 \d\d:\d\d:\d\d 1970/);
    await pass(200);
    expect(runningOn(t.lab)?.host.name).toBe('host2');
    expect(agentRuntime(host2())?.state).toBe('EngineUp');
    await pass(600);
    expect(agentRuntime(t.host)).toMatchObject({ state: 'EngineDown', score: 3400 });
  });

  it('starts the VM paused, which never becomes healthy by itself', async () => {
    await on2('--set-maintenance', '--mode=global');
    await pass(25);
    await on2('--vm-poweroff');
    await pass(5);
    expect(await on1('--vm-start-paused')).toMatchObject({ code: 0, stdout: 'VM in WaitForLaunch\n' });
    await pass(200);
    expect(vmRecord(t.host)?.status).toBe('Paused');
    expect((await on1('--vm-status')).stdout).toContain(
      '{"reason": "bad vm status", "health": "bad", "vm": "up", "detail": "Paused"}',
    );
    await on1('--vm-poweroff');
  });

  it('forgets a stopped host when its block is cleaned by force', async () => {
    await t.fast(() => host2().units.stop('ovirt-ha-agent.service'));
    expect((await on1('--clean-metadata', '--host-id=2')).stderr).toContain('Cleaning the metadata block!');
    expect(anyStorage(t.lab)?.blocks.has(2)).toBe(false);
    expect((await on1('--vm-status')).stdout).not.toContain('host2.test.local');
  });
});
