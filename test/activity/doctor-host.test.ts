import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../cli/doctor/finding.ts';
import { checkHost } from '../../cli/doctor/host.ts';
import { checkPlacement } from '../../cli/doctor/placement.ts';
import { SshPool } from '../../connectors/ssh.ts';
import { parseInventory } from '../../inventory/load.ts';
import { resolveProfile } from '../../profiles/index.ts';
import { type Exec, OTHER_KEY, TestSshd } from '../unit/connectors/ssh-server.ts';

/** An sshd on this machine: a host whose clock is right and that has neither oVirt nor CentOS 7. */
let sshd: TestSshd;
let pool: SshPool;

beforeEach(async () => {
  sshd = await TestSshd.start();
  sshd.handler = runHere();
  pool = new SshPool();
});
afterEach(async () => {
  await pool.close();
  await sshd.stop();
});

/** Runs what it is sent with Bash, changed by the test. */
function runHere(change: (command: string) => string = (command) => command): (exec: Exec) => void {
  return ({ command, finish }) => {
    const child = spawn('bash', ['-c', change(command)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (code) => finish(code ?? 255, stdout, stderr));
  };
}

function loaded(ssh: Record<string, unknown> = {}, scale = 1) {
  const text = JSON.stringify({
    profile: 'ovirt-4.3',
    engine: {
      fqdn: 'ovirt.example.com',
      url: 'https://127.0.0.1:1/ovirt-engine',
      password: { env: 'A' },
      rootPassword: { env: 'B' },
    },
    hosts: [
      {
        name: 'host1',
        fqdn: 'host1.invalid.example.com',
        address: '127.0.0.1',
        role: 'hostedEngine',
        ssh: { port: sshd.port, key: { file: 'key' }, hostKey: sshd.target().hostKey, ...ssh },
      },
    ],
    storage: { hostedEngine: { type: 'fc', lun: '3600a098000e4b4b3000003c95d171065' } },
    timing: { scale },
  });
  return { ...parseInventory(text, 'f'), directory: sshd.directory };
}

async function examined(ssh: Record<string, unknown> = {}, scale?: number) {
  const inventory = loaded(ssh, scale);
  const [host] = inventory.inventory.hosts;
  if (host === undefined) throw new Error('no host');
  return checkHost({
    host,
    loaded: inventory,
    profile: resolveProfile(inventory.inventory),
    ssh: pool,
    signal: AbortSignal.timeout(20_000),
  });
}

const of = (findings: readonly Finding[], id: string) => findings.find((finding) => finding.id === id);
const states = (findings: readonly Finding[]) => findings.map(({ id, state }) => `${id} ${state}`);

describe('a host that lets us in', () => {
  it('is told by its key, login, clock, root, system; nothing is changed', async () => {
    const { findings, facts } = await examined();
    expect(states(findings)).toEqual([
      'host.hostKey ok',
      'host.login ok',
      'host.clock ok',
      'host.sudo ok',
      'host.system problem',
      'host.certificate notChecked',
    ]);
    expect(of(findings, 'host.clock')?.what).toMatch(
      /^the clock of host1 is \d\.\d\d s (ahead|behind) \(± \d\.\d\d s\)/,
    );
    expect(of(findings, 'host.system')?.what).toMatch(/but profile ovirt-4\.3 is for CentOS 7/);
    expect(facts?.hostedEngine).toBe(false);
    for (const command of sshd.commands) expect(command).not.toMatch(/\b(rm|mkdir|tee|dd|touch|systemctl)\b/);
  });

  it('whose clock is off is told by how much and in which direction', async () => {
    sshd.handler = runHere((command) => command.replace('date ', "date --date='90 seconds ago' "));
    const { findings } = await examined();
    expect(of(findings, 'host.clock')).toMatchObject({
      state: 'problem',
      what: expect.stringMatching(/^the clock of host1 is [89]\d s behind .* 1 s are allowed$/),
      fix: expect.stringContaining('chronyc'),
    });
  });

  it('in a simulation is not measured by our clock', async () => {
    const { findings } = await examined({}, 0.01);
    expect(of(findings, 'host.clock')).toMatchObject({ state: 'notChecked', what: expect.stringContaining('0.01') });
  });

  it('that does not let us become root is told how to allow it', async () => {
    sshd.handler = runHere((command) =>
      command.includes('sudo -n') ? "echo 'sudo: a password is required' >&2; exit 1" : command,
    );
    const { findings, facts } = await examined({ user: 'ops' });
    expect(of(findings, 'host.sudo')).toMatchObject({
      state: 'problem',
      what: expect.stringContaining('Cannot become root on host1 as ops'),
      fix: 'Add the line "ops ALL=(ALL) NOPASSWD: ALL" with: visudo -f /etc/sudoers.d/ops',
    });
    expect(states(findings)).toContain('host.system notChecked');
    expect(facts).toBeUndefined();
  });

  it('is recognised as this very machine by its boot id', async () => {
    const { facts } = await examined();
    expect(facts?.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    const { inventory } = loaded();
    const temporal = { address: 'localhost:7233', workers: ['7@elsewhere.example.com'] };
    const findings = await checkPlacement(inventory, { host1: facts?.bootId ?? '' }, temporal);
    expect(states(findings)).toEqual([
      'placement.machine problem',
      'placement.temporal problem',
      'placement.worker ok',
    ]);
    expect(findings[0]?.what).toContain('is on host1 (by the boot id');
    const apart = await checkPlacement(inventory, { host1: 'another' }, temporal);
    expect(apart.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
  });
});

describe('a host that does not', () => {
  it('without a pinned key is not even dialled', async () => {
    const { findings } = await examined({ hostKey: undefined });
    expect(findings[0]).toMatchObject({
      id: 'host.hostKey',
      state: 'problem',
      fix: 'npx runbook inventory trust host1',
    });
    expect(findings.slice(1).every(({ state }) => state === 'notChecked')).toBe(true);
    expect(sshd.connections).toBe(0);
  });

  it('with another key is told apart from one that is off', async () => {
    const { findings } = await examined({ hostKey: OTHER_KEY.public.trim() });
    expect(findings[0]).toMatchObject({
      id: 'host.hostKey',
      state: 'problem',
      fix: expect.stringContaining('npx runbook inventory trust host1 --replace'),
    });
    expect(sshd.commands).toEqual([]);
  });

  it.each([
    ['a wrong key', { key: { file: 'wrong-key' } }, /sshd refused the key of user root/, /authorized_keys/],
    ['a secret that is missing', { key: { file: 'none' } }, /there is no such file/, /Make the secret available/],
    ['a port where nobody listens', { port: 1 }, /connection refused/, /hosts\[\]\.address and ssh\.port/],
  ])('because of %s, with its fix', async (_why, ssh, what, fix) => {
    const { findings } = await examined(ssh);
    expect(findings[0]).toMatchObject({
      id: 'host.login',
      state: 'problem',
      what: expect.stringMatching(what),
      fix: expect.stringMatching(fix),
    });
    expect(states(findings.slice(1)).every((state) => state.endsWith(' notChecked'))).toBe(true);
  });

  it('and does not answer is given up in time', async () => {
    sshd.handler = () => undefined;
    const inventory = loaded();
    const [host] = inventory.inventory.hosts;
    if (host === undefined) throw new Error('no host');
    const over = new AbortController();
    const looking = checkHost({
      host,
      loaded: inventory,
      profile: resolveProfile(inventory.inventory),
      ssh: pool,
      signal: over.signal,
    });
    await expect.poll(() => sshd.commands.length).toBe(1);
    over.abort(new Error('too late'));
    await expect(looking).rejects.toThrow('too late');
  });
});
