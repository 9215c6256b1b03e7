/** A management controller over its wire: real SSH as an iDRAC 9 answers it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startLab } from '../lab.ts';
import type { JournalEntry, RunningLab } from '../types.ts';
import { controllers } from './controller.ts';

interface Described {
  readonly agent: string;
  readonly port: number;
  readonly password: { readonly file: string };
}

describe('an iDRAC', () => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-bmc-'));
  let running: RunningLab;
  const clients = new Set<Client>();
  beforeAll(async () => {
    running = await startLab({ dir, hosts: 2, speed: 600 });
  });
  afterAll(async () => {
    for (const client of clients) client.end();
    await running.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const bmcs = (): Described[] =>
    (parse(readFileSync(running.inventory, 'utf8')) as { hosts: { bmc: Described }[] }).hosts.map(({ bmc }) => bmc);
  const password = (): string => readFileSync(join(dir, 'secrets/bmc-password'), 'utf8');
  const host2 = () => {
    const found = running.lab.hosts.get('host2');
    if (!found) throw new Error('no host2');
    return found;
  };

  const connect = (given: string, keys: string[] = []): Promise<Client> =>
    new Promise((resolve, reject) => {
      const client = new ssh2.Client();
      clients.add(client);
      client.once('ready', () => resolve(client)).on('error', reject);
      client.once('close', () => reject(new Error('closed')));
      client.connect({
        host: '127.0.0.1',
        port: bmcs()[1]?.port ?? 0,
        username: 'root',
        password: given,
        hostVerifier: (key: Buffer) => keys.push(key.toString('base64')) > 0,
      });
    });
  const exec = (client: Client, command: string): Promise<{ code: number | null; stdout: string }> =>
    new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        let stdout = '';
        let code: number | null = null;
        channel.on('data', (data: Buffer) => (stdout += data.toString()));
        channel.on('exit', (status: number | null) => (code = status));
        channel.on('close', () => resolve({ code, stdout }));
      });
    });
  const until = async (seen: () => boolean): Promise<void> => {
    while (!seen()) await running.lab.clock.hurry(() => running.lab.clock.sleep(1));
  };

  it('stands in the inventory as the article describes it, each with a port and a host key of its own', async () => {
    const [first, second] = bmcs();
    expect(first).toMatchObject({
      agent: 'drac5',
      address: '127.0.0.1',
      user: 'root',
      password: { file: 'secrets/bmc-password' },
      options: { secure: true, cmd_prompt: '>', login_timeout: 30 },
    });
    expect(second?.port).not.toBe(first?.port);
    const keys: string[] = [];
    await connect(password(), keys);
    const own = ssh2.utils.parseKey(readFileSync(join(dir, 'host-keys/bmc-host2')));
    if (own instanceof Error) throw own;
    expect(keys).toEqual([own.getPublicSSH().toString('base64')]);
    await expect(connect('wrong')).rejects.toThrow('authentication');
  });

  it('switches the server off and on, whoever asks, and stays there itself', async () => {
    const client = await connect(password());
    expect(await exec(client, 'racadm serveraction powerstatus')).toEqual({
      code: 0,
      stdout: 'Server power status: ON\n',
    });
    const off = await exec(client, 'racadm serveraction powerdown');
    expect(off).toEqual({ code: 0, stdout: 'Server power operation successful\n' });
    await until(() => host2().power === 'off');
    expect((await exec(client, 'racadm serveraction powerstatus')).stdout).toBe('Server power status: OFF\n');
    expect((await exec(client, 'racadm serveraction powerdown')).stdout).toBe('Server is already powered OFF.\n');
    await exec(client, 'racadm serveraction powerup');
    await until(() => host2().power === 'on');
    const before = host2().boot.id;
    await exec(client, 'racadm serveraction hardreset');
    await until(() => host2().power === 'on' && host2().boot.id !== before);
    await exec(client, 'racadm serveraction graceshutdown');
    await until(() => host2().power === 'off');
    expect((await exec(client, 'racadm getconfig')).code).toBe(1);
    await exec(client, 'racadm serveraction powerup');
    await until(() => host2().power === 'on');
    const journal = (await (await fetch(`${running.control}/journal?since=0`)).json()) as JournalEntry[];
    const own = journal.filter(({ target }) => target === 'bmc:host2');
    expect(own.map(({ text }) => text)).toContain('racadm serveraction hardreset');
  });

  it('has a shell with a prompt that ends in >', async () => {
    const client = await connect(password());
    const shown = await new Promise<string>((resolve, reject) => {
      client.shell((error, channel) => {
        if (error) return reject(error);
        let text = '';
        channel.on('data', (data: Buffer) => {
          text += data.toString();
          if (text.endsWith('ON\r\n/admin1-> ')) channel.write('exit\r');
        });
        channel.on('close', () => resolve(text));
        channel.write('racadm serveraction powerstatus\r');
      });
    });
    expect(shown).toBe(
      '/admin1-> racadm serveraction powerstatus\r\nServer power status: ON\r\n/admin1-> exit\r\nCLP Session terminated\r\n',
    );
  });

  it('switches one of two supplies, and the server goes on with the other', async () => {
    const post = (path: string, body: unknown): Promise<Response> =>
      fetch(`${running.control}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const before = host2().boot.id;
    await post('/faults', { target: 'bmc:host2', kind: 'bmc-one-of-two' });
    const client = await connect(password());
    const says = async () => (await exec(client, 'racadm serveraction powerstatus')).stdout;
    const one = controllers(running.lab).get('host2');
    await exec(client, 'racadm serveraction powerdown');
    await until(() => one?.on === false);
    expect(await says()).toBe('Server power status: OFF\n');
    expect([host2().power, host2().boot.id]).toEqual(['on', before]);
    await exec(client, 'racadm serveraction powerup');
    await until(() => one?.on === true);
    expect(await says()).toBe('Server power status: ON\n');
    await post('/events', { target: 'host2', action: 'repair-bmc' });
    expect(host2().boot.id).toBe(before);
  });

  it('resets a server whose kernel has panicked', async () => {
    const before = host2().boot.id;
    host2().crash();
    expect(host2().power).toBe('crashed');
    await running.lab.clock.hurry(() => running.lab.clock.sleep(600));
    expect(host2().power).toBe('crashed');
    const client = await connect(password());
    expect((await exec(client, 'racadm serveraction powerstatus')).stdout).toBe('Server power status: ON\n');
    await exec(client, 'racadm serveraction powercycle');
    await until(() => host2().power === 'on');
    expect(host2().boot.id).not.toBe(before);
  });

  it('loses connections by its faults, keeps its address over a reset', async () => {
    const post = (path: string, body: unknown): Promise<Response> =>
      fetch(`${running.control}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const client = await connect(password());
    await post('/faults', { target: 'bmc:host2', kind: 'drop-before', match: 'powerdown' });
    const lost = new Promise<void>((resolve) => client.once('close', () => resolve()));
    void exec(client, 'racadm serveraction powerdown').catch(() => undefined);
    await lost;
    expect(host2().power).toBe('on');
    await post('/faults', { target: 'bmc:host2', kind: 'bmc-silent' });
    await expect(connect(password())).rejects.toThrow();
    const before = bmcs();
    await post('/reset', { preset: 'bare' });
    expect(bmcs()).toEqual(before);
    expect(controllers(running.lab).get('host2')?.answers).toBe(true);
    const again = await connect(password());
    expect((await exec(again, 'racadm getsvctag')).stdout).toBe('JDQHOST2\n');
    const state = (await (await fetch(`${running.control}/state`)).json()) as { defects: string[] };
    expect(state.defects).toEqual([]);
  });
});
