/** Fence agents and what stands behind them, with the literal outputs of host-commands §11. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bmcPart } from '../../bmc/index.ts';
import { applyFault } from '../../control/world.ts';
import { type TestHosts, testHosts } from '../../test-hosts.ts';
import type { RunResult } from '../../types.ts';

const stamp = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`;
const error = (message: string): RegExp => new RegExp(`^${stamp} ERROR: ${message}\n\n\n$`);

describe('a host that fences another', () => {
  let t: TestHosts;
  beforeAll(async () => {
    t = await testHosts({ hosts: 2, parts: [bmcPart] });
    await t.sh('yum -y install fence-agents-drac5 fence-agents-ipmilan');
  });
  afterAll(() => t.close());

  const victim = () => {
    const found = t.lab.hosts.get('host2');
    if (!found) throw new Error('no host2');
    return found;
  };
  /** As vdsm calls an agent: everything on standard input. */
  const fence = (agent: string, lines: Readonly<Record<string, string>>): Promise<RunResult> => {
    const all = { ipaddr: '172.20.33.12', login: 'root', passwd: t.lab.secrets.bmcPassword, ...lines };
    const stdin = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
    return t.lab.clock.hurry(() => t.host.run([`fence_${agent}`], { stdin: stdin.join('') }));
  };
  const article = { secure: '1', cmd_prompt: '>', login_timeout: '30' };
  const drac5 = (action: string, lines: Readonly<Record<string, string>> = article): Promise<RunResult> =>
    fence('drac5', { action, ...lines });
  const world = (kind: string): Promise<void> =>
    applyFault(t.lab, { id: '', target: 'bmc:host2', kind, hits: 0, hitTexts: [], left: 0 });

  beforeEach(async () => {
    await bmcPart.events?.['repair-bmc']?.(t.lab, { target: 'host2', action: 'repair-bmc' });
    await t.lab.clock.hurry(() => victim().powerOn());
    while (victim().power !== 'on') await t.lab.clock.hurry(() => t.lab.clock.sleep(5));
  });

  it('switches power off and on by racadm, and says what is so', async () => {
    expect(await drac5('status')).toEqual({ code: 0, stdout: 'Status: ON\n', stderr: '' });
    expect(await drac5('on')).toEqual({ code: 0, stdout: 'Success: Already ON\n', stderr: '' });
    expect(await drac5('monitor')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await drac5('off')).toEqual({ code: 0, stdout: 'Success: Powered OFF\n', stderr: '' });
    expect(victim().power).toBe('off');
    expect(await drac5('status')).toEqual({ code: 2, stdout: 'Status: OFF\n', stderr: '' });
    expect(await drac5('off')).toEqual({ code: 0, stdout: 'Success: Already OFF\n', stderr: '' });
    expect(await drac5('on')).toEqual({ code: 0, stdout: 'Success: Powered ON\n', stderr: '' });
    expect(victim().power).toBe('booting');
  });

  it('power-cycles a server when it is told no action', async () => {
    const before = victim().boot.id;
    expect(await fence('drac5', article)).toMatchObject({ code: 0, stdout: 'Success: Rebooted\n' });
    while (victim().power !== 'on') await t.lab.clock.hurry(() => t.lab.clock.sleep(5));
    expect(victim().boot.id).not.toBe(before);
  });

  it('cannot log in without the prompt and the time that the article gives it, or with a wrong password', async () => {
    const denied = {
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(error('Unable to connect/login to fencing device')),
    };
    for (const lines of [
      { secure: '1', login_timeout: '30' },
      { secure: '1', cmd_prompt: '>' },
      { cmd_prompt: '>', login_timeout: '30' },
      { ...article, passwd: 'wrong' },
      { ...article, ipaddr: '172.20.33.99' },
    ])
      expect(await drac5('off', lines)).toEqual(denied);
    await world('bmc-silent');
    expect(await drac5('status')).toEqual(denied);
    expect(victim().power).toBe('on');
  });

  it('takes the same by options', async () => {
    const password = t.lab.secrets.bmcPassword;
    const run = (...argv: string[]): Promise<RunResult> => t.lab.clock.hurry(() => t.host.run(argv));
    const portal = ['-a', '172.20.33.12', '-l', 'root', '-p', password, '-x', '-c', '>', '--login-timeout=30'];
    expect(await run('fence_drac5', ...portal, '-o', 'status')).toMatchObject({ code: 0, stdout: 'Status: ON\n' });
    expect((await run('fence_drac5', ...portal, '-o', 'explode')).stderr).toMatch(
      new RegExp(
        `^${stamp} ERROR: Failed: Unrecognised action 'explode'\n\n${stamp} ERROR: Please use '-h' for usage\n\n$`,
      ),
    );
    expect(await run('fence_drac5', '-a', 'x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Failed: You have to set login name'),
    });
  });

  it('tells unknown lines and goes on', async () => {
    const done = await drac5('status', { ...article, agent: 'fence_drac5' });
    expect(done).toMatchObject({ code: 0, stdout: 'Status: ON\n' });
    expect(done.stderr).toContain("WARNING: Parse error: Ignoring unknown option 'agent=fence_drac5'");
  });

  it('gives up on a controller that takes commands and does nothing', async () => {
    await world('bmc-stuck');
    expect(await drac5('off')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(error('Failed: Timed out waiting to power OFF')),
    });
    expect(victim().power).toBe('on');
  });

  it('meets the faults of a controller as its own', async () => {
    await t.lab.faults.add({ target: 'bmc:host2', kind: 'hang', match: 'powerstatus' });
    expect(await drac5('status')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(error('Connection timed out')),
    });
    await t.lab.faults.add({ target: 'bmc:host2', kind: 'drop-after', match: 'powerdown' });
    expect(await drac5('off')).toMatchObject({ code: 1, stderr: expect.stringMatching(error('Connection lost')) });
    await t.lab.faults.add({ target: 'bmc:host2', kind: 'exit', match: 'powerstatus', stdout: 'garbage\n', exit: 0 });
    expect(await drac5('status')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(error('Failed: Unable to obtain correct plug status or plug is not available')),
    });
  });

  it('does the same over IPMI', async () => {
    const ipmilan = (action: string, lines: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
      fence('ipmilan', { action, lanplus: '1', ...lines });
    expect(await ipmilan('status')).toEqual({ code: 0, stdout: 'Status: ON\n', stderr: '' });
    expect(await ipmilan('off')).toEqual({ code: 0, stdout: 'Success: Powered OFF\n', stderr: '' });
    expect(await ipmilan('status')).toEqual({ code: 2, stdout: 'Status: OFF\n', stderr: '' });
    expect(await ipmilan('on')).toEqual({ code: 0, stdout: 'Success: Powered ON\n', stderr: '' });
    expect(await ipmilan('status', { passwd: 'wrong' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(error('Failed: Unable to obtain correct plug status or plug is not available')),
    });
    const tool = (verb: string): Promise<RunResult> =>
      t.lab.clock.hurry(() => {
        const { bmcPassword } = t.lab.secrets;
        return t.host.run([
          'ipmitool',
          '-I',
          'lanplus',
          '-H',
          '172.20.33.12',
          '-U',
          'root',
          '-P',
          bmcPassword,
          'chassis',
          'power',
          verb,
        ]);
      });
    expect(await tool('status')).toEqual({ code: 0, stdout: 'Chassis Power is on\n', stderr: '' });
    expect(await tool('cycle')).toEqual({ code: 0, stdout: 'Chassis Power Control: Cycle\n', stderr: '' });
    await world('bmc-silent');
    expect(await tool('status')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: Unable to establish IPMI v2 / RMCP+ session\n',
    });
  });
});
