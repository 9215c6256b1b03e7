/** A plain HTTPS client for this folder's tests, and a deployed datacentre with its engine served. */
import { Agent, request } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { TestLab } from '../../ovirt/test-lab.ts';
import { testLab } from '../../ovirt/test-lab.ts';
import type { LabEngine } from '../../types.ts';
import { startEngine } from '../index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Json {
  readonly [name: string]: Json;
}

export class EngineClient {
  readonly #engine: LabEngine;
  /** A connection for each request, which takes up the TLS session of the one before. */
  readonly #agent: Agent;
  token = '';

  constructor(engine: LabEngine) {
    this.#engine = engine;
    this.#agent = new Agent({ secureContext: createSecureContext({ ca: engine.caPem }), servername: 'localhost' });
  }

  /** One request as it is; nothing is added. */
  send(path: string, sent: Sent = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.#engine.url);
      const options = { method: sent.method ?? 'GET', agent: this.#agent };
      const outgoing = request(url, { ...options, headers: { ...sent.headers } }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          body += part;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([name, value]) => [name, value?.toString()]),
            ),
            body,
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(sent.body);
    });
  }

  async login(password: string): Promise<Answer> {
    const form = new URLSearchParams({
      grant_type: 'password',
      scope: 'ovirt-app-api',
      username: 'admin@internal',
      password,
    });
    const answer = await this.send('/ovirt-engine/sso/oauth/token', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    if (answer.status === 200) this.token = (JSON.parse(answer.body) as { access_token: string }).access_token;
    return answer;
  }

  /** A call with the token, in JSON both ways. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(`/ovirt-engine/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async json(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Json> {
    const answer = await this.call(method, path, body, headers);
    return { status: answer.status, ...(answer.body === '' ? {} : JSON.parse(answer.body)) };
  }
}

export interface ServedLab {
  readonly t: TestLab;
  readonly engine: LabEngine;
  readonly client: EngineClient;
  /** Lets virtual time pass until it is so, looking every `step` seconds. */
  until(what: string, seen: () => boolean | Promise<boolean>, step?: number): Promise<void>;
  close(): Promise<void>;
}

/** Virtual seconds after which what is waited for will not come any more. */
const PATIENCE = 1800;

/** At speed 1 time passes between two calls as it does on the wall, so that states in passing can be seen. */
export async function servedLab(hosts: number, speed = 1): Promise<ServedLab> {
  const t = await testLab({ preset: 'deployed', hosts, speed });
  const engine = await startEngine(t.lab, { port: 0 });
  const client = new EngineClient(engine);
  await client.login(t.lab.secrets.enginePassword);
  return {
    t,
    engine,
    client,
    until: async (what, seen, step = 5) => {
      const end = t.lab.clock.now() + PATIENCE * 1000;
      while (!(await seen())) {
        if (t.lab.clock.now() > end) throw new Error(`it never came to this: ${what}`);
        await t.fast(() => t.lab.clock.sleep(step));
      }
    },
    close: async () => {
      await engine.close();
      t.close();
    },
  };
}
