import { createHash, randomBytes } from 'node:crypto';
import { Agent } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from './test-client.ts';
import { type Answer, GiB, MiB, type Sent, TransferLab } from './transfer-lab.ts';

describe('image transfers', () => {
  let lab: TransferLab;
  beforeAll(async () => {
    lab = await TransferLab.open();
  });
  afterAll(() => lab.close());

  it('refuses what it cannot move, as the real one does', async () => {
    const none = await lab.call('POST', '/imagetransfers', { direction: 'upload' });
    expect(none).toMatchObject({
      status: 400,
      detail: 'No matching signature found, make sure that mandatory attributes are provided.',
    });
    const unknown = await lab.call('POST', '/imagetransfers', { disk: { id: '11111111-2222-3333-4444-555555555555' } });
    expect(unknown).toMatchObject({ status: 500, detail: '[General command validation failure.]' });
    const made = await lab.ask('early');
    const early = await lab.call('POST', '/imagetransfers', { disk: { id: made.id } });
    expect(early.detail).toBe(
      '[Cannot transfer Virtual Disk: The following disks are locked: early. Please try again in a few minutes.]',
    );
  });

  it('go into an export as into a LUN, where the disk takes what was written', async () => {
    const storage = { type: 'nfs', address: 'nas.test.local', path: '/exports/data' };
    await lab.served.t.fast(async () => {
      const wanted = { name: 'nfs1', type: 'data', host: { name: 'host1.test.local' }, storage };
      const made = await lab.call('POST', '/storagedomains', wanted);
      const [center] = (await lab.call('GET', '/datacenters?search=name%3DDatacenter1'))
        .data_center as unknown as Json[];
      await lab.call('POST', `/datacenters/${center?.id}/storagedomains`, { id: made.id });
    });
    const disk = await lab.newDisk({ storage_domains: { storage_domain: [{ name: 'nfs1' }] } });
    const transfer = await lab.begin(disk, { direction: 'upload', format: 'raw' });
    expect((await lab.put(String(transfer.transfer_url), 0, randomBytes(2 * MiB))).status).toBe(200);
    await lab.call('POST', `/imagetransfers/${transfer.id}/finalize`, {});
    await lab.vanishes(transfer.id);
    const after = await lab.call('GET', `/disks/${disk.id}`);
    expect(after).toMatchObject({ status: 'ok', sparse: 'true', provisioned_size: String(GiB) });
    expect(Number(after.actual_size)).toBeGreaterThanOrEqual(2 * MiB);
    expect(Number(after.actual_size)).toBeLessThan(4 * MiB);
  });

  it('take an upload in pieces to the host, and vanish when they end well', async () => {
    const disk = await lab.newDisk();
    const transfer = await lab.begin(disk, { direction: 'upload', format: 'raw', inactivity_timeout: 120 });
    expect(transfer).toMatchObject({ active: 'false', direction: 'upload', format: 'raw', inactivity_timeout: '120' });
    expect(transfer.image?.id).toBe(disk.id);
    expect(transfer.host?.id).toMatch(/^[0-9a-f-]{36}$/);
    const url = String(transfer.transfer_url);
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/images\/[0-9a-f-]{36}$/);
    expect(await lab.status(disk.id)).toBe('locked');
    const again = await lab.call('POST', '/imagetransfers', { disk: { id: disk.id } });
    expect(again.detail).toBe('[Cannot transfer Virtual Disk: Disk is locked. Please try again later.]');
    expect((await lab.call('DELETE', `/disks/${disk.id}`)).detail).toContain(
      'Related operation is currently in progress',
    );

    const options = await lab.send(url, 'OPTIONS');
    expect([options.headers.allow, JSON.parse(options.body.toString())]).toEqual([
      'OPTIONS,GET,PUT,PATCH',
      { features: ['zero', 'flush'] },
    ]);
    const bytes = randomBytes(3 * MiB + 17);
    expect((await lab.put(url, 0, bytes.subarray(0, MiB))).status).toBe(200);
    expect((await lab.put(`${url}?flush=n`, MiB, bytes.subarray(MiB))).status).toBe(200);
    // Sent again after a lost answer: counted once.
    expect((await lab.put(url, MiB, bytes.subarray(MiB, 2 * MiB))).status).toBe(200);
    const zero = { op: 'zero', offset: 512 * MiB, size: 512 * MiB, flush: true };
    expect((await lab.send(url, 'PATCH', { body: JSON.stringify(zero) })).status).toBe(200);
    expect((await lab.send(url, 'PATCH', { body: '{"op":"flush"}' })).status).toBe(200);
    await lab.served.until(
      'the engine has asked the daemon',
      async () => Number((await lab.get(transfer.id)).transferred) === bytes.length + zero.size,
      1,
    );
    const back = await lab.send(url, 'GET', { headers: { range: `bytes=0-${bytes.length - 1}` } });
    expect([back.status, back.headers['content-range']]).toEqual([206, `bytes 0-${bytes.length - 1}/${GiB}`]);
    const sum = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    expect(sum(back.body)).toBe(sum(bytes));

    expect(await lab.call('POST', `/imagetransfers/${transfer.id}/finalize`, {})).toMatchObject({ status: 'complete' });
    await lab.vanishes(transfer.id);
    expect(await lab.status(disk.id)).toBe('ok');
    expect((await lab.codes())[0]).toBe(1032);
    expect((await lab.send(url, 'GET')).status).toBe(403);
    expect(await lab.call('POST', `/imagetransfers/${transfer.id}/cancel`, {})).toMatchObject({ status: 'complete' });

    const download = await lab.begin(disk, { direction: 'download' });
    const part = await lab.send(String(download.transfer_url), 'GET', { headers: { range: 'bytes=100-199' } });
    expect(part.body.equals(bytes.subarray(100, 200))).toBe(true);
    expect((await lab.put(String(download.transfer_url), 0, Buffer.from('x'))).body.toString()).toMatch(
      /^Ticket .* forbids write$/,
    );
    const paused = await lab.call('POST', `/imagetransfers/${download.id}/pause`, {});
    expect(paused.fault?.detail).toContain("Cannot pause image download as it's handled by the client.");
    await lab.call('POST', `/imagetransfers/${download.id}/finalize`, {});
    await lab.vanishes(download.id);
    expect(await lab.status(disk.id)).toBe('ok');
  });

  it('answer bad requests with one sentence each', async () => {
    const transfer = await lab.begin(await lab.newDisk());
    const url = String(transfer.transfer_url);
    const said = async (answer: Promise<Answer>): Promise<[number, string]> => {
      const { status: code, body } = await answer;
      return [code, body.toString()];
    };
    const chunked = { headers: { 'transfer-encoding': 'chunked' }, body: 'x' };
    const of = (name: string, value: string): Sent => ({ headers: { [name]: value } });
    expect(await said(lab.send(url.replace(/[^/]+$/, 'nothing'), 'GET'))).toEqual([403, 'No such ticket nothing']);
    expect(await said(lab.send(url, 'PUT', chunked))).toEqual([400, 'Content-Length header is required']);
    expect(await said(lab.put(url, GiB - 1, Buffer.from('ab')))).toEqual([416, 'Requested range out of allowed range']);
    expect(await said(lab.send(url, 'GET', of('range', 'bytes=-5')))).toEqual([
      416,
      'suffix-byte-range-spec not supported yet',
    ]);
    expect((await said(lab.send(url, 'GET', of('range', 'bytes=0-1,3-4'))))[0]).toBe(416);
    expect((await said(lab.send(url, 'PUT', { ...of('content-range', 'bytes x'), body: 'a' })))[0]).toBe(400);
    expect(await said(lab.send(url, 'POST', { body: 'x' }))).toEqual([
      405,
      `Method 'POST' not defined for '${new URL(url).pathname}'`,
    ]);
    expect((await lab.send(url, 'HEAD')).status).toBe(405);
    expect((await said(lab.send(url, 'PATCH', { body: '{"op":"melt"}' })))[0]).toBe(400);
    expect(await said(lab.send(new URL('/other', url).href, 'GET'))).toEqual([404, "No handler for '/other'"]);
    await expect(lab.send(url, 'OPTIONS', { ca: '' })).rejects.toThrow(
      /self-signed certificate|unable to (verify|get)/,
    );
    await lab.call('POST', `/imagetransfers/${transfer.id}/cancel`, {});
    await lab.vanishes(transfer.id);
  });

  it('go through the proxy of 4.3, which the engine has given the ticket', async () => {
    const disk = await lab.newDisk();
    const transfer = await lab.begin(disk);
    const url = String(transfer.proxy_url);
    expect(new URL(url).host).not.toBe(new URL(String(transfer.transfer_url)).host);
    const info = await lab.send(new URL('/info/', url).href, 'GET');
    expect([info.status, info.headers['access-control-allow-origin']]).toEqual([200, '*']);
    const bytes = randomBytes(2 * MiB);
    const agent = new Agent({ keepAlive: true });
    const options = await lab.send(url, 'OPTIONS', { agent });
    expect(JSON.parse(options.body.toString())).toEqual({ features: ['zero', 'flush'] });
    expect((await lab.put(url, 0, bytes)).status).toBe(200);
    const back = await lab.send(url, 'GET', { headers: { range: `bytes=0-${2 * MiB - 1}` } });
    expect(back.body.equals(bytes)).toBe(true);
    const other = new URL('/images/nothing', url).href;
    expect((await lab.send(other, 'GET')).status).toBe(401);
    const forged = { headers: { authorization: Buffer.from('{"data":"{}"}').toString('base64') } };
    expect((await lab.send(other, 'GET', forged)).body.toString()).toContain('Not authorized (Invalid ovirt ticket');
    const over = await lab.put(url, GiB, Buffer.from('x'));
    expect([over.status, over.body.toString()]).toEqual([
      416,
      'Failed response from host: 416 Requested range out of allowed range',
    ]);
    agent.destroy();
    await lab.call('POST', `/imagetransfers/${transfer.id}/cancel`, {});
    await lab.vanishes(transfer.id);
  });

  it('take the disk with them when they are cancelled, or when the bytes are not what the disk is', async () => {
    const first = await lab.newDisk();
    const cancelled = await lab.begin(first);
    await lab.call('POST', `/imagetransfers/${cancelled.id}/cancel`, {});
    await lab.vanishes(cancelled.id);
    await lab.diskVanishes(first.id);
    const told = await lab.call('GET', '/events?search=correlation_id%3Dtransfer-test%20and%20type%3D1033&max=1');
    expect((told.event as unknown as Json[])[0]?.description).toBe('Image Upload with disk iso1 was cancelled.');

    const second = await lab.newDisk();
    const wrong = await lab.begin(second);
    await lab.put(String(wrong.transfer_url), 0, Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'));
    await lab.call('POST', `/imagetransfers/${wrong.id}/finalize`, {});
    await lab.vanishes(wrong.id);
    await lab.diskVanishes(second.id);
    const failed = await lab.call('GET', '/events?search=correlation_id%3Dtransfer-test%20and%20type%3D1034&max=1');
    expect((failed.event as unknown as Json[])[0]).toMatchObject({ severity: 'error' });
    expect(lab.served.t.lab.defects).toEqual([]);
  });
});
