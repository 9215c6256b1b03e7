/** A lab on its wires for tests: its hosts over SSH, its control over HTTP. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Client as SshClient } from 'ssh2';
import { startLab } from './lab.ts';
import type { JournalEntry, RunningLab } from './types.ts';

interface Outcome {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

export interface State {
  revision: number;
  hosts: Record<string, { power: string; bootId: string; packages: Record<string, string> }>;
  defects: string[];
}

/** Two bare hosts at 600 times their speed, in a directory of their own. */
export class WiredLab {
  readonly dir = mkdtempSync(join(tmpdir(), 'lab-wire-'));
  readonly #clients = new Set<SshClient>();
  #running?: RunningLab;

  get running(): RunningLab {
    if (this.#running === undefined) throw new Error('the lab is not started');
    return this.#running;
  }

  async start(): Promise<void> {
    this.#running = await startLab({ dir: this.dir, hosts: 2, speed: 600 });
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.end();
    await this.#running?.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  async connect(host: string, login: { username?: string; password?: string } = {}): Promise<SshClient> {
    const client = new ssh2.Client();
    this.#clients.add(client);
    client.on('error', () => undefined);
    client.once('connect', () => client.setNoDelay());
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).once('error', reject);
      client.connect({
        host: '127.0.0.1',
        port: this.running.hosts[host]?.port ?? 0,
        username: login.username ?? 'root',
        ...(login.password === undefined
          ? { privateKey: readFileSync(join(this.dir, 'secrets/id_ed25519')) }
          : { password: login.password }),
      });
    });
    return client;
  }

  /** A request to the control; what it refuses is thrown with its sentence. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.running.control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value: unknown = await response.json();
    if (!response.ok) throw new Error((value as { error: string }).error);
    return value as T;
  }

  journal(since: number, wait = 0): Promise<JournalEntry[]> {
    return this.call('GET', `/journal?since=${since}&wait=${wait}`);
  }

  async lastEntry(): Promise<number> {
    return (await this.journal(0)).at(-1)?.n ?? 0;
  }

  /** Reads the journal until an entry matches. */
  async journalled(since: number, regex: RegExp): Promise<JournalEntry> {
    for (let from = since; ; ) {
      const entries = await this.journal(from, 10);
      const found = entries.find(({ text }) => regex.test(text));
      if (found) return found;
      if (entries.length === 0) throw new Error(`nothing like ${regex} was journalled`);
      from = entries.at(-1)?.n ?? from;
    }
  }
}

export function exec(
  client: SshClient,
  command: string,
  options: { stdin?: string; pty?: boolean } = {},
): Promise<Outcome> {
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

/** Tries again until it works, as a client of a booting host does. */
export async function until<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
