import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runningOn, vmRecord } from '../engine-vm.ts';
import { paths } from '../paths.ts';
import { anyStorage } from '../storage.ts';
import type { TestLab } from '../test-lab.ts';
import { testLab } from '../test-lab.ts';
import { agentRuntime } from './runtime.ts';

let t: TestLab;
let host2: TestLab['host'];
beforeEach(async () => {
  t = await testLab({ preset: 'deployed', hosts: 2 });
  host2 = t.lab.hosts.get('host2') ?? t.host;
});
afterEach(() => t.close());
const pass = (seconds: number): Promise<void> => t.fast(() => t.lab.clock.sleep(seconds));
const he = (...args: string[]): ReturnType<TestLab['host']['run']> =>
  t.fast(() => t.host.run(['hosted-engine', ...args]));

/** Virtual seconds until it is so. */
async function until(seen: () => boolean, limit = 1500): Promise<number> {
  const from = t.lab.clock.now();
  await t.fast(async () => {
    while (!seen() && t.lab.clock.now() - from < limit * 1000) await t.lab.clock.sleep(2);
  });
  expect(seen()).toBe(true);
  return (t.lab.clock.now() - from) / 1000;
}

describe('agents of two hosts', () => {
  it('restart the VM on the other host after a power loss, once the lease of the dead one is over', async () => {
    t.host.powerLoss();
    expect(runningOn(t.lab)).toBeUndefined();
    const seconds = await until(
      () => runningOn(t.lab)?.host.name === 'host2' && runningOn(t.lab)?.record.engine === true,
    );
    expect(seconds).toBeGreaterThan(80);
    expect(seconds).toBeLessThan(420);
  });

  it('leave the VM alone in global maintenance, over a reboot too; then it is started by hand', async () => {
    await he('--set-maintenance', '--mode=global');
    await pass(25);
    await he('--vm-shutdown');
    await until(() => vmRecord(t.host)?.status === 'Down');
    const down = JSON.parse((await he('--vm-status', '--json')).stdout);
    await pass(15);
    expect(JSON.parse((await he('--vm-status', '--json')).stdout)['1']['engine-status']).toEqual({
      reason: 'bad vm status',
      health: 'bad',
      vm: 'down_unexpected',
      detail: 'Down',
    });
    expect(down.global_maintenance).toBe(true);
    await t.fast(() => t.host.reboot());
    const early = await he('--vm-start');
    expect([early.code, early.stdout]).toEqual([
      1,
      'The hosted engine configuration has not been retrieved from shared storage. Please ensure that ovirt-ha-agent is running and the storage server is reachable.\n',
    ]);
    await until(() => agentRuntime(t.host)?.state === 'GlobalMaintenance');
    await pass(300);
    expect(runningOn(t.lab)).toBeUndefined();
    expect(anyStorage(t.lab)?.globalMaintenance).toBe(true);
    expect(await he('--vm-start')).toMatchObject({ code: 0, stdout: 'VM in WaitForLaunch\n' });
    await until(() => runningOn(t.lab)?.record.engine === true);
    await he('--set-maintenance', '--mode=none');
    await until(() => agentRuntime(t.host)?.state === 'EngineUp');
  });

  it('publish a clock that begins anew with the boot, and a wall-clock date only for people', async () => {
    const before = anyStorage(t.lab)?.blocks.get(2)?.timestamp ?? 0;
    await t.fast(() => host2.reboot());
    await until(() => (anyStorage(t.lab)?.blocks.get(2)?.timestamp ?? before) < before);
    expect(anyStorage(t.lab)?.blocks.get(2)?.timestamp).toBeLessThan(300);
  });

  it('shut the VM down when the engine in it is bad for five minutes', async () => {
    await t.world('bad-final-health');
    await until(() => agentRuntime(t.host)?.state === 'EngineUpBadHealth');
    expect((await he('--vm-status')).stdout).toContain(
      '{"reason": "failed liveliness check", "health": "bad", "vm": "up", "detail": "Up"}',
    );
    const seconds = await until(() =>
      ['EngineStop', 'EngineDown', 'EngineForceStop'].includes(agentRuntime(t.host)?.state ?? ''),
    );
    expect(seconds).toBeGreaterThan(280);
    expect(seconds).toBeLessThan(330);
  });

  it('count a host for less when its network test fails', async () => {
    t.lab.dns.answering = false;
    await until(() => agentRuntime(host2)?.score === 1800, 60);
    expect(host2.fs.read(paths.agentLog)).toContain('Penalizing score by 1600 due to network status');
  });
});

describe('a dead broker', () => {
  it('makes the agent fail over and over with the error of the article, until the storage is connected', async () => {
    await t.world('ha-broker-dead', host2);
    await pass(120);
    expect(host2.fs.exists(paths.brokerSocket)).toBe(false);
    const messages = host2.journal.entries.map((one) => one.message);
    expect(messages).toContain(
      'ovirt-ha-agent ovirt_hosted_engine_ha.agent.hosted_engine.HostedEngine ERROR Failed to start necessary monitors',
    );
    expect(
      messages.some((m) =>
        m.includes(
          'RequestError: brokerlink - failed to start monitor via ovirt-ha-broker: [Errno 2] No such file or directory',
        ),
      ),
    ).toBe(true);
    expect(messages).toContain('ovirt-ha-agent ovirt_hosted_engine_ha.agent.agent.Agent ERROR Trying to restart agent');
    expect(messages.some((m) => m.endsWith('main process exited, code=exited, status=157/n/a'))).toBe(true);
    await t.fast(async () => {
      await host2.units.restart('ovirt-ha-agent.service');
      await t.lab.clock.sleep(60);
    });
    expect(agentRuntime(host2) && host2.processes.has(agentRuntime(host2)?.pid ?? -1)).toBeFalsy();
    const connected = await t.fast(() => host2.run(['hosted-engine', '--connect-storage']));
    expect(connected).toEqual({ code: 0, stdout: '', stderr: '' });
    await t.fast(() => host2.units.restart('ovirt-ha-agent.service'));
    await until(() => agentRuntime(host2)?.state === 'EngineDown', 200);
    expect(host2.units.isActive('ovirt-ha-broker.service')).toBe(true);
  });
});
