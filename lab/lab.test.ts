// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell text holds them.
/** The lab over its wires: SSH with many sessions, inventory, reset, the directory that is kept. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exec, type State, until, WiredLab } from './test-wires.ts';

const lab = new WiredLab();
beforeAll(() => lab.start());
afterAll(() => lab.close());

describe('SSH', () => {
  it('runs commands with exit code, both streams and stdin, side by side on one connection', async () => {
    const client = await lab.connect('host1');
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        exec(client, `cat; echo err >&2; exit ${index}`, { stdin: `in${index}` }),
      ),
    );
    expect(outcomes).toEqual(outcomes.map((_, index) => ({ code: index, stdout: `in${index}`, stderr: 'err\n' })));
  });

  it('refuses the eleventh session of a connection', async () => {
    const client = await lab.connect('host1');
    const ten = Array.from({ length: 10 }, () => exec(client, 'read -r line', {}));
    const refusal = await new Promise<Error | undefined>((resolve) => client.exec('true', resolve));
    expect(refusal?.message).toMatch(/open failure/);
    client.end();
    const host = lab.running.lab.hosts.get('host1');
    // Their input has ended with the connection, so the ten shells end as well.
    await until(async () =>
      expect([...(host?.processes.values() ?? [])].filter(({ argv }) => argv.includes('read -r line'))).toEqual([]),
    );
    expect(ten).toHaveLength(10);
  });

  it('takes a key or a password, sets TERM only with a terminal', async () => {
    const password = readFileSync(join(lab.dir, 'secrets/host-root-password'), 'utf8');
    const client = await lab.connect('host1', { password });
    expect((await exec(client, 'echo "${SSH_CLIENT:+ssh} ${TERM:-none}"')).stdout).toBe('ssh none\n');
    expect((await exec(client, 'echo $TERM; [ -t 1 ] && echo tty', { pty: true })).stdout).toMatch(/^\S+\r\ntty\r\n$/);
    await expect(lab.connect('host1', { password: 'wrong' })).rejects.toThrow(/authentication/);
  });

  it('journals the command as sent, its stdin and its exit code', async () => {
    const since = await lab.lastEntry();
    await exec(await lab.connect('host1'), `cat >/root/s; exit 4`, { stdin: `it's "secret" $x` });
    expect(await lab.journalled(since, /cat >\/root\/s/)).toMatchObject({
      kind: 'command',
      target: 'host1',
      text: 'cat >/root/s; exit 4',
      stdin: `it's "secret" $x`,
      exit: 4,
    });
  });

  it('lets a command go on when its connection is lost', async () => {
    const client = await lab.connect('host1');
    const since = await lab.lastEntry();
    const lost = exec(client, 'echo begun > /root/on; sleep 120; echo ended >> /root/on');
    await lab.journalled(since, /sleep 120/);
    await lab.call('POST', '/faults', { target: 'host1', kind: 'restart' });
    expect((await lost).code).toBeUndefined();
    const again = await lab.connect('host1');
    expect((await exec(again, 'tail -n +1 -f --pid=$(pgrep -o sleep) /root/on')).stdout).toBe('begun\nended\n');
  });

  it('serves files by SFTP and journals writes', async () => {
    const client = await lab.connect('host1');
    const since = await lab.lastEntry();
    const sftp = await new Promise<ssh2.SFTPWrapper>((resolve, reject) =>
      client.sftp((error, wrapper) => (error ? reject(error) : resolve(wrapper))),
    );
    await new Promise<void>((resolve, reject) =>
      sftp.writeFile('/root/up', 'über', { mode: 0o600 }, (error) => (error ? reject(error) : resolve())),
    );
    expect((await exec(client, 'cat /root/up; stat -c %a /root/up')).stdout).toBe('über600\n');
    expect(await lab.journalled(since, /^sftp put \/root\/up/)).toMatchObject({ stdin: 'über' });
  });
});

describe('the lab as a whole', () => {
  it('keeps a connection of its control for as long as the client does', async () => {
    // Where a server promises an end, it may come while a client on a busy machine sends the next request.
    const { headers } = await fetch(`${lab.running.control}/faults`);
    expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', null]);
  });

  it('writes an inventory that names its ports, keys and secrets', async () => {
    const inventory = parse(readFileSync(lab.running.inventory, 'utf8')) as {
      hosts: { ssh: { port: number; hostKey: string } }[];
      engine: { url: string };
    };
    expect(inventory.hosts.map((host) => host.ssh.port)).toEqual(
      Object.values(lab.running.hosts).map(({ port }) => port),
    );
    expect(inventory.hosts[0]?.ssh.hostKey).toMatch(/^ssh-ed25519 AAAA/);
    expect(inventory.engine.url).toBe(lab.running.engine);
    const secret = readFileSync(join(lab.dir, 'secrets/engine-admin-password'), 'utf8');
    expect(secret).toMatch(/"/);
    expect(secret).toMatch(/'.*\$.* /);
    expect(statSync(join(lab.dir, 'secrets/engine-admin-password')).mode & 0o777).toBe(0o600);
  });

  it('names what its preset deployed in the inventory, as its engine does', async () => {
    await lab.call('POST', '/reset', { preset: 'deployed' });
    const { engine } = await lab.call<{ engine: Record<'dataCenters' | 'clusters', object> }>('GET', '/state');
    const named = parse(readFileSync(lab.running.inventory, 'utf8')).engine;
    expect(Object.keys(engine.dataCenters)).toContain(named.dataCenter);
    expect(Object.keys(engine.clusters)).toContain(named.cluster);
    await lab.call('POST', '/reset', { preset: 'bare' });
    expect(parse(readFileSync(lab.running.inventory, 'utf8')).engine.dataCenter).toBeUndefined();
  });

  it('is new after a reset, on the same ports and with the same keys', async () => {
    const client = await lab.connect('host1');
    await exec(client, 'yum -y install screen');
    const ports = lab.running.hosts;
    await lab.call('POST', '/reset', { preset: 'bare', hosts: 2, seed: 3 });
    const state = await lab.call<State>('GET', '/state');
    expect(state.hosts.host1?.packages.screen).toBeUndefined();
    expect(lab.running.hosts).toEqual(ports);
    expect((await exec(await lab.connect('host1'), 'rpm -q screen')).code).toBe(1);
    expect(state.defects).toEqual([]);
  });

  it('leaves no host behind that boots later and takes the port of its successor', async () => {
    const former = lab.running.lab.hosts.get('host1');
    await lab.call('POST', '/reset', { preset: 'bare' });
    await former?.powerOn();
    expect([former?.power, former === lab.running.lab.hosts.get('host1')]).toEqual(['on', false]);
    lab.running.lab.hosts.get('host1')?.powerLoss();
    // Longer than anybody waits between two tries.
    await new Promise((resolve) => setTimeout(resolve, 250));
    await expect(lab.connect('host1')).rejects.toThrow('ECONNREFUSED');
    await lab.running.lab.hosts.get('host1')?.powerOn();
    expect((await exec(await lab.connect('host1'), 'true')).code).toBe(0);
    former?.powerLoss();
  });

  it('starts again on its directory with the same ports and host keys', async () => {
    const before = readFileSync(lab.running.inventory, 'utf8');
    await lab.running.close();
    await lab.start();
    expect(readFileSync(lab.running.inventory, 'utf8')).toBe(before);
  });
});
