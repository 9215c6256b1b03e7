/** Faults at exact points, over the wires. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec, type State, until, WiredLab } from '../test-wires.ts';

const lab = new WiredLab();
beforeAll(() => lab.start());
afterAll(() => lab.close());

describe('faults', () => {
  it('drops before (not run) and after (run, answer lost)', async () => {
    for (const [kind, left] of [
      ['drop-before', 'no'],
      ['drop-after', 'yes'],
    ] as const) {
      const { id } = await lab.call<{ id: string }>('POST', '/faults', {
        target: 'host1',
        kind,
        match: `touch /root/${kind}`,
      });
      expect((await exec(await lab.connect('host1'), `touch /root/${kind}`)).code).toBeUndefined();
      const check = await exec(await lab.connect('host1'), `[ -e /root/${kind} ] && echo yes || echo no`);
      expect(check.stdout).toBe(`${left}\n`);
      expect(
        (await lab.call<{ id: string; hits: number }[]>('GET', '/faults')).find((one) => one.id === id)?.hits,
      ).toBe(1);
    }
  });

  it('holds a program at its start until it is let go', async () => {
    const client = await lab.connect('host2');
    const { id } = await lab.call<{ id: string }>('POST', '/faults', {
      target: 'host2',
      kind: 'hold-before',
      match: 'yum .*install tmux',
    });
    const since = await lab.lastEntry();
    const install = exec(client, 'yum -y install tmux');
    await lab.journalled(since, /^hold-before at: /);
    expect((await exec(client, 'rpm -q tmux')).code).toBe(1);
    await lab.call('DELETE', `/faults/${id}`);
    expect((await install).code).toBe(0);
    expect((await exec(client, 'rpm -q tmux')).code).toBe(0);
  });

  it('lets no virtual time pass while it holds, where that is asked for', async () => {
    const client = await lab.connect('host2');
    const { id } = await lab.call<{ id: string }>('POST', '/faults', {
      target: 'host2',
      kind: 'hold-before',
      match: 'sleep 5',
      freeze: true,
    });
    const since = await lab.lastEntry();
    const held = exec(client, 'timeout 20 sh -c "sleep 5"; echo $?');
    await lab.journalled(since, /^hold-before at: /);
    const before = (await exec(client, 'cat /proc/uptime')).stdout;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await exec(client, 'cat /proc/uptime')).stdout).toBe(before);
    await lab.call('DELETE', `/faults/${id}`);
    expect((await held).stdout).toBe('0\n');
    expect((await exec(client, 'cat /proc/uptime')).stdout).not.toBe(before);
  });

  it('answers in place of a program', async () => {
    await lab.call('POST', '/faults', {
      target: 'host2',
      kind: 'exit',
      match: '^- multipath',
      exit: 9,
      stderr: 'broken\n',
    });
    const client = await lab.connect('host2');
    expect(await exec(client, 'multipath -ll; exit $?')).toEqual({ code: 9, stdout: '', stderr: 'broken\n' });
    expect((await exec(client, 'multipath -ll')).code).toBe(0);
  });

  it('kills what runs when the power goes, and keeps what was written', async () => {
    const client = await lab.connect('host2');
    const before = await lab.call<State>('GET', '/state');
    const since = await lab.lastEntry();
    const lost = exec(client, 'echo x > /root/kept; sleep 6000');
    await lab.journalled(since, /sleep 6000/);
    await lab.call('POST', '/faults', { target: 'host2', kind: 'reboot' });
    expect((await lost).code).toBeUndefined();
    await expect(lab.connect('host2')).rejects.toThrow();
    const back = await until(() => lab.connect('host2'));
    expect((await exec(back, 'cat /root/kept; pgrep sleep')).stdout).toBe('x\n');
    const after = await lab.call<State>('GET', '/state');
    expect(after.hosts.host2?.bootId).not.toBe(before.hosts.host2?.bootId);
    expect(after.revision).toBeGreaterThan(before.revision);
  });

  it('refuses what it does not know, in words', async () => {
    await expect(lab.call('POST', '/faults', { target: 'host9', kind: 'exit' })).rejects.toThrow(
      /Unknown target "host9"/,
    );
    await expect(lab.call('POST', '/faults', { target: 'host1', kind: 'nope' })).rejects.toThrow(/Unknown kind "nope"/);
    await expect(lab.call('POST', '/reset', { preset: 'nope' })).rejects.toThrow(/There is no preset nope/);
    expect(await lab.call<string[]>('GET', '/faults/kinds')).toEqual(
      expect.arrayContaining(['drop-before', 'hold-after', 'md-clear-missing', 'power-loss']),
    );
  });
});
