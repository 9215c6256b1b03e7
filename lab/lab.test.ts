// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell text holds them.
/** The lab over its wires: SSH with many sessions, faults at exact points, journal, reset, the directory that is kept. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Client as SshClient } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startLab } from './lab.ts';
import type { JournalEntry, RunningLab } from './types.ts';

const dir = mkdtempSync(join(tmpdir(), 'lab-wire-'));
let running: RunningLab;
const clients = new Set<SshClient>();

beforeAll(async () => {
  running = await startLab({ dir, hosts: 2, speed: 600 });
});
afterAll(async () => {
  for (const client of clients) client.end();
  await running.close();
  rmSync(dir, { recursive: true, force: true });
});

async function connect(host: string, login: { username?: string; password?: string } = {}): Promise<SshClient> {
  const client = new ssh2.Client();
  clients.add(client);
  client.on('error', () => undefined);
  client.once('connect', () => client.setNoDelay());
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject);
    client.connect({
      host: '127.0.0.1',
      port: running.hosts[host]?.port ?? 0,
      username: login.username ?? 'root',
      ...(login.password === undefined
        ? { privateKey: readFileSync(join(dir, 'secrets/id_ed25519')) }
        : { password: login.password }),
    });
  });
  return client;
}

interface Outcome {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

function exec(client: SshClient, command: string, options: { stdin?: string; pty?: boolean } = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    client.exec(command, { pty: options.pty ?? false }, (error, channel) => {
      if (error) return reject(error);
      let stdout = '';
      let stderr = '';
      let code: number | undefined;
      channel.on('data', (data: Buffer) => (stdout += data.toString()));
      channel.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
      channel.on('exit', (status: number | null) => (code = status ?? undefined));
      channel.on('close', () => resolve({ code, stdout, stderr }));
      if (options.stdin !== undefined) channel.end(options.stdin);
    });
  });
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${running.control}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const value: unknown = await response.json();
  if (!response.ok) throw new Error((value as { error: string }).error);
  return value as T;
}

interface State {
  revision: number;
  hosts: Record<string, { power: string; bootId: string; packages: Record<string, string> }>;
  defects: string[];
}

const journal = (since: number, wait = 0): Promise<JournalEntry[]> =>
  call('GET', `/journal?since=${since}&wait=${wait}`);
const lastEntry = async (): Promise<number> => (await journal(0)).at(-1)?.n ?? 0;

/** Reads the journal until an entry matches. */
async function journalled(since: number, regex: RegExp): Promise<JournalEntry> {
  for (let from = since; ; ) {
    const entries = await journal(from, 10);
    const found = entries.find(({ text }) => regex.test(text));
    if (found) return found;
    if (entries.length === 0) throw new Error(`nothing like ${regex} was journalled`);
    from = entries.at(-1)?.n ?? from;
  }
}

describe('SSH', () => {
  it('runs commands with exit code, both streams and stdin, side by side on one connection', async () => {
    const client = await connect('host1');
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        exec(client, `cat; echo err >&2; exit ${index}`, { stdin: `in${index}` }),
      ),
    );
    expect(outcomes).toEqual(outcomes.map((_, index) => ({ code: index, stdout: `in${index}`, stderr: 'err\n' })));
  });

  it('refuses the eleventh session of a connection', async () => {
    const client = await connect('host1');
    const ten = Array.from({ length: 10 }, () => exec(client, 'read -r line', {}));
    const refusal = await new Promise<Error | undefined>((resolve) => client.exec('true', resolve));
    expect(refusal?.message).toMatch(/open failure/);
    client.end();
    const host = running.lab.hosts.get('host1');
    // Their input has ended with the connection, so the ten shells end as well.
    await until(async () =>
      expect([...(host?.processes.values() ?? [])].filter(({ argv }) => argv.includes('read -r line'))).toEqual([]),
    );
    expect(ten).toHaveLength(10);
  });

  it('takes a key or a password, sets TERM only with a terminal', async () => {
    const password = readFileSync(join(dir, 'secrets/host-root-password'), 'utf8');
    const client = await connect('host1', { password });
    expect((await exec(client, 'echo "${SSH_CLIENT:+ssh} ${TERM:-none}"')).stdout).toBe('ssh none\n');
    expect((await exec(client, 'echo $TERM; [ -t 1 ] && echo tty', { pty: true })).stdout).toMatch(/^\S+\r\ntty\r\n$/);
    await expect(connect('host1', { password: 'wrong' })).rejects.toThrow(/authentication/);
  });

  it('journals the command as sent, its stdin and its exit code', async () => {
    const since = await lastEntry();
    await exec(await connect('host1'), `cat >/root/s; exit 4`, { stdin: `it's "secret" $x` });
    expect(await journalled(since, /cat >\/root\/s/)).toMatchObject({
      kind: 'command',
      target: 'host1',
      text: 'cat >/root/s; exit 4',
      stdin: `it's "secret" $x`,
      exit: 4,
    });
  });

  it('lets a command go on when its connection is lost', async () => {
    const client = await connect('host1');
    const since = await lastEntry();
    const lost = exec(client, 'echo begun > /root/on; sleep 120; echo ended >> /root/on');
    await journalled(since, /sleep 120/);
    await call('POST', '/faults', { target: 'host1', kind: 'restart' });
    expect((await lost).code).toBeUndefined();
    const again = await connect('host1');
    expect((await exec(again, 'tail -n +1 -f --pid=$(pgrep -o sleep) /root/on')).stdout).toBe('begun\nended\n');
  });

  it('serves files by SFTP and journals writes', async () => {
    const client = await connect('host1');
    const since = await lastEntry();
    const sftp = await new Promise<ssh2.SFTPWrapper>((resolve, reject) =>
      client.sftp((error, wrapper) => (error ? reject(error) : resolve(wrapper))),
    );
    await new Promise<void>((resolve, reject) =>
      sftp.writeFile('/root/up', 'über', { mode: 0o600 }, (error) => (error ? reject(error) : resolve())),
    );
    expect((await exec(client, 'cat /root/up; stat -c %a /root/up')).stdout).toBe('über600\n');
    expect(await journalled(since, /^sftp put \/root\/up/)).toMatchObject({ stdin: 'über' });
  });
});

describe('faults', () => {
  it('drops before (not run) and after (run, answer lost)', async () => {
    for (const [kind, left] of [
      ['drop-before', 'no'],
      ['drop-after', 'yes'],
    ] as const) {
      const { id } = await call<{ id: string }>('POST', '/faults', {
        target: 'host1',
        kind,
        match: `touch /root/${kind}`,
      });
      expect((await exec(await connect('host1'), `touch /root/${kind}`)).code).toBeUndefined();
      const check = await exec(await connect('host1'), `[ -e /root/${kind} ] && echo yes || echo no`);
      expect(check.stdout).toBe(`${left}\n`);
      expect((await call<{ id: string; hits: number }[]>('GET', '/faults')).find((one) => one.id === id)?.hits).toBe(1);
    }
  });

  it('holds a program at its start until it is let go', async () => {
    const client = await connect('host2');
    const { id } = await call<{ id: string }>('POST', '/faults', {
      target: 'host2',
      kind: 'hold-before',
      match: 'yum .*install tmux',
    });
    const since = await lastEntry();
    const install = exec(client, 'yum -y install tmux');
    await journalled(since, /^hold-before at: /);
    expect((await exec(client, 'rpm -q tmux')).code).toBe(1);
    await call('DELETE', `/faults/${id}`);
    expect((await install).code).toBe(0);
    expect((await exec(client, 'rpm -q tmux')).code).toBe(0);
  });

  it('lets no virtual time pass while it holds, where that is asked for', async () => {
    const client = await connect('host2');
    const { id } = await call<{ id: string }>('POST', '/faults', {
      target: 'host2',
      kind: 'hold-before',
      match: 'sleep 5',
      freeze: true,
    });
    const since = await lastEntry();
    const held = exec(client, 'timeout 20 sh -c "sleep 5"; echo $?');
    await journalled(since, /^hold-before at: /);
    const before = (await exec(client, 'cat /proc/uptime')).stdout;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await exec(client, 'cat /proc/uptime')).stdout).toBe(before);
    await call('DELETE', `/faults/${id}`);
    expect((await held).stdout).toBe('0\n');
    expect((await exec(client, 'cat /proc/uptime')).stdout).not.toBe(before);
  });

  it('answers in place of a program', async () => {
    await call('POST', '/faults', {
      target: 'host2',
      kind: 'exit',
      match: '^- multipath',
      exit: 9,
      stderr: 'broken\n',
    });
    const client = await connect('host2');
    expect(await exec(client, 'multipath -ll; exit $?')).toEqual({ code: 9, stdout: '', stderr: 'broken\n' });
    expect((await exec(client, 'multipath -ll')).code).toBe(0);
  });

  it('kills what runs when the power goes, and keeps what was written', async () => {
    const client = await connect('host2');
    const before = await call<State>('GET', '/state');
    const since = await lastEntry();
    const lost = exec(client, 'echo x > /root/kept; sleep 6000');
    await journalled(since, /sleep 6000/);
    await call('POST', '/faults', { target: 'host2', kind: 'reboot' });
    expect((await lost).code).toBeUndefined();
    await expect(connect('host2')).rejects.toThrow();
    const back = await until(() => connect('host2'));
    expect((await exec(back, 'cat /root/kept; pgrep sleep')).stdout).toBe('x\n');
    const after = await call<State>('GET', '/state');
    expect(after.hosts.host2?.bootId).not.toBe(before.hosts.host2?.bootId);
    expect(after.revision).toBeGreaterThan(before.revision);
  });

  it('refuses what it does not know, in words', async () => {
    await expect(call('POST', '/faults', { target: 'host9', kind: 'exit' })).rejects.toThrow(/Unknown target "host9"/);
    await expect(call('POST', '/faults', { target: 'host1', kind: 'nope' })).rejects.toThrow(/Unknown kind "nope"/);
    await expect(call('POST', '/reset', { preset: 'nope' })).rejects.toThrow(/There is no preset nope/);
    expect(await call<string[]>('GET', '/faults/kinds')).toEqual(
      expect.arrayContaining(['drop-before', 'hold-after', 'md-clear-missing', 'power-loss']),
    );
  });
});

/** Tries again until it works, as a client of a booting host does. */
async function until<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe('the lab as a whole', () => {
  it('keeps a connection of its control for as long as the client does', async () => {
    // Where a server promises an end, it may come while a client on a busy machine sends the next request.
    const { headers } = await fetch(`${running.control}/faults`);
    expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', null]);
  });

  it('writes an inventory that names its ports, keys and secrets', async () => {
    const inventory = parse(readFileSync(running.inventory, 'utf8')) as {
      hosts: { ssh: { port: number; hostKey: string } }[];
      engine: { url: string };
    };
    expect(inventory.hosts.map((host) => host.ssh.port)).toEqual(Object.values(running.hosts).map(({ port }) => port));
    expect(inventory.hosts[0]?.ssh.hostKey).toMatch(/^ssh-ed25519 AAAA/);
    expect(inventory.engine.url).toBe(running.engine);
    const secret = readFileSync(join(dir, 'secrets/engine-admin-password'), 'utf8');
    expect(secret).toMatch(/"/);
    expect(secret).toMatch(/'.*\$.* /);
    expect(statSync(join(dir, 'secrets/engine-admin-password')).mode & 0o777).toBe(0o600);
  });

  it('is new after a reset, on the same ports and with the same keys', async () => {
    const client = await connect('host1');
    await exec(client, 'yum -y install screen');
    const ports = running.hosts;
    await call('POST', '/reset', { preset: 'bare', hosts: 2, seed: 3 });
    const state = await call<State>('GET', '/state');
    expect(state.hosts.host1?.packages.screen).toBeUndefined();
    expect(running.hosts).toEqual(ports);
    expect((await exec(await connect('host1'), 'rpm -q screen')).code).toBe(1);
    expect(state.defects).toEqual([]);
  });

  it('leaves no host behind that boots later and takes the port of its successor', async () => {
    const former = running.lab.hosts.get('host1');
    await call('POST', '/reset', { preset: 'bare' });
    await former?.powerOn();
    expect([former?.power, former === running.lab.hosts.get('host1')]).toEqual(['on', false]);
    running.lab.hosts.get('host1')?.powerLoss();
    // Longer than anybody waits between two tries.
    await new Promise((resolve) => setTimeout(resolve, 250));
    await expect(connect('host1')).rejects.toThrow('ECONNREFUSED');
    await running.lab.hosts.get('host1')?.powerOn();
    expect((await exec(await connect('host1'), 'true')).code).toBe(0);
    former?.powerLoss();
  });

  it('starts again on its directory with the same ports and host keys', async () => {
    const before = readFileSync(running.inventory, 'utf8');
    await running.close();
    running = await startLab({ dir, hosts: 2, speed: 600 });
    expect(readFileSync(running.inventory, 'utf8')).toBe(before);
  });
});
