import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemonOn } from '../../imageio/daemon.ts';
import { restartEngineService, runningOn } from '../../ovirt/engine-vm.ts';
import { events } from '../../worlds/events.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Sent {
  readonly headers?: Record<string, string | number>;
  readonly body?: Buffer | string;
  readonly ca?: string;
  readonly agent?: Agent;
}

describe('image transfers', () => {
  let s: ServedLab;
  beforeAll(async () => {
    s = await servedLab(2);
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': 'transfer-test' });
  const send = (url: string, method: string, sent: Sent = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { ca = s.engine.caPem, headers = {}, body, agent = false } = sent;
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
  const put = (url: string, offset: number, bytes: Buffer, total: string | number = '*'): Promise<Answer> =>
    send(url, 'PUT', {
      headers: {
        'content-range': `bytes ${offset}-${offset + bytes.length - 1}/${total}`,
        'content-length': bytes.length,
      },
      body: bytes,
    });
  const status = async (id: unknown): Promise<string> => String((await call('GET', `/disks/${id}`)).status);
  const newDisk = async (more: Record<string, unknown> = {}): Promise<Json> => {
    const made = await call('POST', '/disks', {
      name: 'iso1',
      provisioned_size: GiB,
      format: 'raw',
      content_type: 'iso',
      storage_domains: { storage_domain: [{ name: 'hosted_storage' }] },
      ...more,
    });
    await s.until('the disk is ok', async () => (await status(made.id)) === 'ok', 1);
    return made;
  };
  const get = (id: unknown): Promise<Json> => call('GET', `/imagetransfers/${id}`);
  const phase = async (id: unknown): Promise<string> => String((await get(id)).phase);
  const reaches = (id: unknown, wanted: string): Promise<void> =>
    s.until(wanted, async () => (await phase(id)) === wanted, 1);
  const begin = async (disk: Json, more: Record<string, unknown> = {}): Promise<Json> => {
    const made = await call('POST', '/imagetransfers', { disk: { id: disk.id }, ...more });
    expect(made.phase).toBe('initializing');
    await reaches(made.id, 'transferring');
    return get(made.id);
  };
  const codes = async (): Promise<number[]> => {
    const told = await call('GET', '/events?search=correlation_id%3Dtransfer-test&max=3');
    return (told.event as unknown as Json[]).map((one) => Number(one.code));
  };
  const vanishes = (id: unknown): Promise<void> =>
    s.until('it is gone', async () => (await s.client.call('GET', `/imagetransfers/${id}`)).status === 404, 1);

  it('refuses what it cannot move, as the real one does', async () => {
    const none = await call('POST', '/imagetransfers', { direction: 'upload' });
    expect(none).toMatchObject({
      status: 400,
      detail: 'No matching signature found, make sure that mandatory attributes are provided.',
    });
    const unknown = await call('POST', '/imagetransfers', { disk: { id: '11111111-2222-3333-4444-555555555555' } });
    expect(unknown).toMatchObject({ status: 500, detail: '[General command validation failure.]' });
    const made = await call('POST', '/disks', {
      name: 'early',
      provisioned_size: GiB,
      format: 'raw',
      storage_domains: { storage_domain: [{ name: 'hosted_storage' }] },
    });
    const early = await call('POST', '/imagetransfers', { disk: { id: made.id } });
    expect(early.detail).toBe(
      '[Cannot transfer Virtual Disk: The following disks are locked: early. Please try again in a few minutes.]',
    );
  });

  it('go into an export as into a LUN, where the disk takes what was written', async () => {
    const storage = { type: 'nfs', address: 'nas.test.local', path: '/exports/data' };
    await s.t.fast(async () => {
      const wanted = { name: 'nfs1', type: 'data', host: { name: 'host1.test.local' }, storage };
      const made = await call('POST', '/storagedomains', wanted);
      const [center] = (await call('GET', '/datacenters?search=name%3DDatacenter1')).data_center as unknown as Json[];
      await call('POST', `/datacenters/${center?.id}/storagedomains`, { id: made.id });
    });
    const disk = await newDisk({ storage_domains: { storage_domain: [{ name: 'nfs1' }] } });
    const transfer = await begin(disk, { direction: 'upload', format: 'raw' });
    expect((await put(String(transfer.transfer_url), 0, randomBytes(2 * MiB))).status).toBe(200);
    await call('POST', `/imagetransfers/${transfer.id}/finalize`, {});
    await vanishes(transfer.id);
    const after = await call('GET', `/disks/${disk.id}`);
    expect(after).toMatchObject({ status: 'ok', sparse: 'true', provisioned_size: String(GiB) });
    expect(Number(after.actual_size)).toBeGreaterThanOrEqual(2 * MiB);
    expect(Number(after.actual_size)).toBeLessThan(4 * MiB);
  });

  it('take an upload in pieces to the host, and vanish when they end well', async () => {
    const disk = await newDisk();
    const transfer = await begin(disk, { direction: 'upload', format: 'raw', inactivity_timeout: 120 });
    expect(transfer).toMatchObject({ active: 'false', direction: 'upload', format: 'raw', inactivity_timeout: '120' });
    expect(transfer.image?.id).toBe(disk.id);
    expect(transfer.host?.id).toMatch(/^[0-9a-f-]{36}$/);
    const url = String(transfer.transfer_url);
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/images\/[0-9a-f-]{36}$/);
    expect(await status(disk.id)).toBe('locked');
    const again = await call('POST', '/imagetransfers', { disk: { id: disk.id } });
    expect(again.detail).toBe('[Cannot transfer Virtual Disk: Disk is locked. Please try again later.]');
    expect((await call('DELETE', `/disks/${disk.id}`)).detail).toContain('Related operation is currently in progress');

    const options = await send(url, 'OPTIONS');
    expect([options.headers.allow, JSON.parse(options.body.toString())]).toEqual([
      'OPTIONS,GET,PUT,PATCH',
      { features: ['zero', 'flush'] },
    ]);
    const bytes = randomBytes(3 * MiB + 17);
    expect((await put(url, 0, bytes.subarray(0, MiB))).status).toBe(200);
    expect((await put(`${url}?flush=n`, MiB, bytes.subarray(MiB))).status).toBe(200);
    // Sent again after a lost answer: counted once.
    expect((await put(url, MiB, bytes.subarray(MiB, 2 * MiB))).status).toBe(200);
    const zero = { op: 'zero', offset: 512 * MiB, size: 512 * MiB, flush: true };
    expect((await send(url, 'PATCH', { body: JSON.stringify(zero) })).status).toBe(200);
    expect((await send(url, 'PATCH', { body: '{"op":"flush"}' })).status).toBe(200);
    await s.until(
      'the engine has asked the daemon',
      async () => Number((await get(transfer.id)).transferred) === bytes.length + zero.size,
      1,
    );
    const back = await send(url, 'GET', { headers: { range: `bytes=0-${bytes.length - 1}` } });
    expect([back.status, back.headers['content-range']]).toEqual([206, `bytes 0-${bytes.length - 1}/${GiB}`]);
    const sum = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    expect(sum(back.body)).toBe(sum(bytes));

    expect(await call('POST', `/imagetransfers/${transfer.id}/finalize`, {})).toMatchObject({ status: 'complete' });
    await vanishes(transfer.id);
    expect(await status(disk.id)).toBe('ok');
    expect((await codes())[0]).toBe(1032);
    expect((await send(url, 'GET')).status).toBe(403);
    expect(await call('POST', `/imagetransfers/${transfer.id}/cancel`, {})).toMatchObject({ status: 'complete' });

    const download = await begin(disk, { direction: 'download' });
    const part = await send(String(download.transfer_url), 'GET', { headers: { range: 'bytes=100-199' } });
    expect(part.body.equals(bytes.subarray(100, 200))).toBe(true);
    expect((await put(String(download.transfer_url), 0, Buffer.from('x'))).body.toString()).toMatch(
      /^Ticket .* forbids write$/,
    );
    const paused = await call('POST', `/imagetransfers/${download.id}/pause`, {});
    expect(paused.fault?.detail).toContain("Cannot pause image download as it's handled by the client.");
    await call('POST', `/imagetransfers/${download.id}/finalize`, {});
    await vanishes(download.id);
    expect(await status(disk.id)).toBe('ok');
  });

  it('answer bad requests with one sentence each', async () => {
    const transfer = await begin(await newDisk());
    const url = String(transfer.transfer_url);
    const said = async (answer: Promise<Answer>): Promise<[number, string]> => {
      const { status: code, body } = await answer;
      return [code, body.toString()];
    };
    const chunked = { headers: { 'transfer-encoding': 'chunked' }, body: 'x' };
    const of = (name: string, value: string): Sent => ({ headers: { [name]: value } });
    expect(await said(send(url.replace(/[^/]+$/, 'nothing'), 'GET'))).toEqual([403, 'No such ticket nothing']);
    expect(await said(send(url, 'PUT', chunked))).toEqual([400, 'Content-Length header is required']);
    expect(await said(put(url, GiB - 1, Buffer.from('ab')))).toEqual([416, 'Requested range out of allowed range']);
    expect(await said(send(url, 'GET', of('range', 'bytes=-5')))).toEqual([
      416,
      'suffix-byte-range-spec not supported yet',
    ]);
    expect((await said(send(url, 'GET', of('range', 'bytes=0-1,3-4'))))[0]).toBe(416);
    expect((await said(send(url, 'PUT', { ...of('content-range', 'bytes x'), body: 'a' })))[0]).toBe(400);
    expect(await said(send(url, 'POST', { body: 'x' }))).toEqual([
      405,
      `Method 'POST' not defined for '${new URL(url).pathname}'`,
    ]);
    expect((await send(url, 'HEAD')).status).toBe(405);
    expect((await said(send(url, 'PATCH', { body: '{"op":"melt"}' })))[0]).toBe(400);
    expect(await said(send(new URL('/other', url).href, 'GET'))).toEqual([404, "No handler for '/other'"]);
    await expect(send(url, 'OPTIONS', { ca: '' })).rejects.toThrow(/self-signed certificate|unable to (verify|get)/);
    await call('POST', `/imagetransfers/${transfer.id}/cancel`, {});
    await vanishes(transfer.id);
  });

  it('go through the proxy of 4.3, which the engine has given the ticket', async () => {
    const disk = await newDisk();
    const transfer = await begin(disk);
    const url = String(transfer.proxy_url);
    expect(new URL(url).host).not.toBe(new URL(String(transfer.transfer_url)).host);
    const info = await send(new URL('/info/', url).href, 'GET');
    expect([info.status, info.headers['access-control-allow-origin']]).toEqual([200, '*']);
    const bytes = randomBytes(2 * MiB);
    const agent = new Agent({ keepAlive: true });
    const options = await send(url, 'OPTIONS', { agent });
    expect(JSON.parse(options.body.toString())).toEqual({ features: ['zero', 'flush'] });
    expect((await put(url, 0, bytes)).status).toBe(200);
    const back = await send(url, 'GET', { headers: { range: `bytes=0-${2 * MiB - 1}` } });
    expect(back.body.equals(bytes)).toBe(true);
    const other = new URL('/images/nothing', url).href;
    expect((await send(other, 'GET')).status).toBe(401);
    const forged = { headers: { authorization: Buffer.from('{"data":"{}"}').toString('base64') } };
    expect((await send(other, 'GET', forged)).body.toString()).toContain('Not authorized (Invalid ovirt ticket');
    const over = await put(url, GiB, Buffer.from('x'));
    expect([over.status, over.body.toString()]).toEqual([
      416,
      'Failed response from host: 416 Requested range out of allowed range',
    ]);
    agent.destroy();
    await call('POST', `/imagetransfers/${transfer.id}/cancel`, {});
    await vanishes(transfer.id);
  });

  it('take the disk with them when they are cancelled, or when the bytes are not what the disk is', async () => {
    const first = await newDisk();
    const cancelled = await begin(first);
    await call('POST', `/imagetransfers/${cancelled.id}/cancel`, {});
    await vanishes(cancelled.id);
    await s.until('the disk is gone', async () => (await s.client.call('GET', `/disks/${first.id}`)).status === 404, 1);
    const told = await call('GET', '/events?search=correlation_id%3Dtransfer-test%20and%20type%3D1033&max=1');
    expect((told.event as unknown as Json[])[0]?.description).toBe('Image Upload with disk iso1 was cancelled.');

    const second = await newDisk();
    const wrong = await begin(second);
    await put(String(wrong.transfer_url), 0, Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'));
    await call('POST', `/imagetransfers/${wrong.id}/finalize`, {});
    await vanishes(wrong.id);
    await s.until(
      'the disk is gone',
      async () => (await s.client.call('GET', `/disks/${second.id}`)).status === 404,
      1,
    );
    const failed = await call('GET', '/events?search=correlation_id%3Dtransfer-test%20and%20type%3D1034&max=1');
    expect((failed.event as unknown as Json[])[0]).toMatchObject({ severity: 'error' });
  });

  it('are paused when their client falls asleep, and resumed', async () => {
    const disk = await newDisk();
    const transfer = await begin(disk, { inactivity_timeout: 1 });
    await put(String(transfer.transfer_url), 0, randomBytes(MiB));
    // Real seconds: how long a client idles is no simulated time.
    await expect
      .poll(
        async () => {
          await s.t.fast(() => s.t.lab.clock.sleep(3));
          return phase(transfer.id);
        },
        { timeout: 20_000, interval: 200 },
      )
      .toBe('paused_system');
    expect((await codes())[0]).toBe(1071);
    await put(String(transfer.transfer_url), MiB, randomBytes(MiB));
    await call('POST', `/imagetransfers/${transfer.id}/resume`, {});
    await reaches(transfer.id, 'transferring');
    const again = await call('POST', `/imagetransfers/${transfer.id}/resume`, {});
    expect([again.status, again.fault?.detail]).toEqual([
      'failed',
      "[Cannot resume image transfer as it's not in a paused state.]",
    ]);
    await call('POST', `/imagetransfers/${transfer.id}/cancel`, {});
    await vanishes(transfer.id);
  });

  it('lose their ticket with the daemon: no resuming helps then', async () => {
    const disk = await newDisk();
    const transfer = await begin(disk, { inactivity_timeout: 600 });
    const url = String(transfer.transfer_url);
    const host = [...s.t.lab.hosts.values()].find((one) => daemonOn(one)?.tickets.has(url.split('/').at(-1) ?? ''));
    if (!host) throw new Error('no host has the ticket');
    const kill = await events['imageio-kill']?.(s.t.lab, {
      target: 'imageio',
      action: 'imageio-kill',
      afterBytes: MiB,
    });
    expect(kill).toBe(`the image daemon of ${host.name} dies when ${MiB} more bytes are written`);
    await expect(put(url, 0, randomBytes(4 * MiB))).rejects.toThrow();
    await s.until('systemd has started it again', () => daemonOn(host) !== undefined, 1);
    expect((await put(url, 0, Buffer.from('x'))).status).toBe(403);
    await reaches(transfer.id, 'paused_system');
    expect(await codes()).toContain(1065);
    await call('POST', `/imagetransfers/${transfer.id}/resume`, {});
    await reaches(transfer.id, 'transferring');
    await reaches(transfer.id, 'paused_system');
    expect((await put(url, 0, Buffer.from('x'))).status).toBe(403);
    expect(await status(disk.id)).toBe('locked');
    await call('POST', `/imagetransfers/${transfer.id}/cancel`, {});
    await vanishes(transfer.id);
  });

  it('are paused when the engine loses the host, whose daemon goes on', async () => {
    const disk = await newDisk();
    const transfer = await begin(disk, { inactivity_timeout: 600 });
    const url = String(transfer.transfer_url);
    const action = 'transfer-pause-system';
    await s.t.fast(async () => events[action]?.(s.t.lab, { target: 'imageio', action }));
    expect(await phase(transfer.id)).toBe('paused_system');
    expect((await put(url, 0, randomBytes(MiB))).status).toBe(200);
    await call('POST', `/imagetransfers/${transfer.id}/resume`, {});
    await reaches(transfer.id, 'transferring');
    await call('POST', `/imagetransfers/${transfer.id}/finalize`, {});
    await vanishes(transfer.id);
    expect(await status(disk.id)).toBe('ok');
  });

  it('outlive the engine, which keeps their disks locked', async () => {
    const disk = await newDisk();
    const transfer = await begin(disk, { inactivity_timeout: 600 });
    const host = runningOn(s.t.lab)?.host;
    if (!host) throw new Error('no engine');
    const maintenance = await call('POST', `/hosts/${transfer.host?.id}/deactivate`, {});
    expect(maintenance.fault?.detail).toContain(
      `Image transfer is in progress for the following (1) disks: \n\n ${disk.id} \n\n`,
    );
    const [center] = (await call('GET', '/datacenters?search=name%3DDatacenter1')).data_center as unknown as Json[];
    const [domain] = (await call('GET', '/storagedomains?search=name%3Dhosted_storage'))
      .storage_domain as unknown as Json[];
    const domainPath = `/datacenters/${center?.id}/storagedomains/${domain?.id}/deactivate`;
    expect((await call('POST', domainPath, {})).fault?.detail).toBe(
      '[Cannot deactivate Storage. Please pause or cancel all active disk uploads and downloads first.]',
    );
    const late = await call('POST', '/disks', {
      name: 'late',
      provisioned_size: GiB,
      format: 'raw',
      storage_domains: { storage_domain: [{ name: 'hosted_storage' }] },
    });
    restartEngineService(host);
    expect((await put(String(transfer.transfer_url), 0, randomBytes(MiB))).status).toBe(200);
    await s.until('the engine is back', () => runningOn(s.t.lab)?.record.engine === true);
    await s.client.login(s.t.lab.secrets.enginePassword);
    expect([await status(disk.id), await status(late.id)]).toEqual(['locked', 'ok']);
    await reaches(transfer.id, 'transferring');
    expect((await put(String(transfer.transfer_url), MiB, randomBytes(MiB))).status).toBe(200);
    await call('POST', `/imagetransfers/${transfer.id}/finalize`, {});
    await vanishes(transfer.id);
    expect(await status(disk.id)).toBe('ok');
    expect(s.t.lab.defects).toEqual([]);
  });
});
