/** A client for the tests of image transfers: disks and transfers at the engine, bytes at daemon and proxy. */
import type { IncomingHttpHeaders } from 'node:http';
import { type Agent, request } from 'node:https';
import { expect } from 'vitest';
import { type Json, type ServedLab, servedLab } from './test-client.ts';

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Sent {
  readonly headers?: Record<string, string | number>;
  readonly body?: Buffer | string;
  readonly ca?: string;
  readonly agent?: Agent;
}

/** Two hosts with the engine; its requests carry the correlation id `transfer-test`. */
export class TransferLab {
  private constructor(readonly served: ServedLab) {}

  static async open(): Promise<TransferLab> {
    return new TransferLab(await servedLab(2));
  }

  close(): Promise<void> {
    return this.served.close();
  }

  call(method: string, path: string, body?: unknown): Promise<Json> {
    return this.served.client.json(method, path, body, { 'correlation-id': 'transfer-test' });
  }

  send(url: string, method: string, sent: Sent = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { ca = this.served.engine.caPem, headers = {}, body, agent = false } = sent;
      const outgoing = request(url, { method, ca, headers, agent }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
        );
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  put(url: string, offset: number, bytes: Buffer, total: string | number = '*'): Promise<Answer> {
    return this.send(url, 'PUT', {
      headers: {
        'content-range': `bytes ${offset}-${offset + bytes.length - 1}/${total}`,
        'content-length': bytes.length,
      },
      body: bytes,
    });
  }

  /** Asks for a disk of 1 GiB and does not wait for it. */
  ask(name: string, more: Record<string, unknown> = {}): Promise<Json> {
    return this.call('POST', '/disks', {
      name,
      provisioned_size: GiB,
      format: 'raw',
      storage_domains: { storage_domain: [{ name: 'hosted_storage' }] },
      ...more,
    });
  }

  async newDisk(more: Record<string, unknown> = {}): Promise<Json> {
    const made = await this.ask('iso1', { content_type: 'iso', ...more });
    await this.served.until('the disk is ok', async () => (await this.status(made.id)) === 'ok', 1);
    return made;
  }

  async status(disk: unknown): Promise<string> {
    return String((await this.call('GET', `/disks/${disk}`)).status);
  }

  async begin(disk: Json, more: Record<string, unknown> = {}): Promise<Json> {
    const made = await this.call('POST', '/imagetransfers', { disk: { id: disk.id }, ...more });
    expect(made.phase).toBe('initializing');
    await this.reaches(made.id, 'transferring');
    return this.get(made.id);
  }

  get(transfer: unknown): Promise<Json> {
    return this.call('GET', `/imagetransfers/${transfer}`);
  }

  async phase(transfer: unknown): Promise<string> {
    return String((await this.get(transfer)).phase);
  }

  reaches(transfer: unknown, wanted: string): Promise<void> {
    return this.served.until(wanted, async () => (await this.phase(transfer)) === wanted, 1);
  }

  vanishes(transfer: unknown): Promise<void> {
    return this.#gone(`/imagetransfers/${transfer}`);
  }

  diskVanishes(disk: unknown): Promise<void> {
    return this.#gone(`/disks/${disk}`);
  }

  #gone(path: string): Promise<void> {
    return this.served.until(
      `${path} is gone`,
      async () => (await this.served.client.call('GET', path)).status === 404,
      1,
    );
  }

  /** Of the latest three events of these requests, newest first. */
  async codes(): Promise<number[]> {
    const told = await this.call('GET', '/events?search=correlation_id%3Dtransfer-test&max=3');
    return (told.event as unknown as Json[]).map((one) => Number(one.code));
  }
}
