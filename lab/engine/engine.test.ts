import { createPrivateKey, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { utils } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shutdownVm, vmRecord } from '../ovirt/engine-vm.ts';
import type { TestLab } from '../ovirt/test-lab.ts';
import { testLab } from '../ovirt/test-lab.ts';
import type { LabEngine } from '../types.ts';
import { startEngine } from './index.ts';

interface Answer {
  status: number;
  type: string | undefined;
  body: string;
}

describe('the engine over HTTPS', () => {
  let t: TestLab;
  let engine: LabEngine;
  beforeAll(async () => {
    t = await testLab({ preset: 'deployed', hosts: 1 });
    engine = await startEngine(t.lab, { port: 0 });
  });
  afterAll(async () => {
    await engine.close();
    t.close();
  });

  const get = (path: string, method = 'GET', servername = 'localhost'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const url = new URL(path, engine.url);
      const sent = request(url, { method, ca: engine.caPem, servername, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          body += part;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body }),
        );
      });
      sent.on('error', reject);
      sent.end();
    });

  it('answers with the recorded pages, trusted by its own CA under each of its names', async () => {
    expect(await get('/ovirt-engine/services/health')).toEqual({
      status: 200,
      type: 'text/html;charset=ISO-8859-1',
      body: 'DB Up!Welcome to Health Status!',
    });
    expect((await get('/ovirt-engine/services/health', 'GET', 'ovirt.test.local')).status).toBe(200);
    const ca = await get('/ovirt-engine/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA');
    expect([ca.status, ca.type, ca.body]).toEqual([
      200,
      'application/x-x509-ca-cert; charset=ISO-8859-1',
      engine.caPem,
    ]);
    const key = await get('/ovirt-engine/services/pki-resource?resource=engine-certificate&format=OPENSSH-PUBKEY');
    expect(key).toMatchObject({
      status: 200,
      body: `${t.host.fs.read('/root/.ssh/authorized_keys').split('\n').at(-2)}\n`,
    });
    expect(utils.parseKey(key.body)).toMatchObject({ type: 'ssh-rsa', comment: 'ovirt-engine' });
    expect(await get('/ovirt-engine/services/pki-resource?resource=nonsense&format=X509-PEM-CA')).toEqual({
      status: 400,
      type: 'text/html;charset=UTF-8',
      body: "<html><head><title>Error</title></head><body>Resource 'nonsense' is invalid</body></html>",
    });
    expect((await get('/ovirt-engine/')).body).toContain('Administration Portal');
    expect((await get('/nothing')).status).toBe(404);
  });

  it('gives the host the very CA that it serves, and a certificate by it for five years', () => {
    expect(t.host.fs.read('/etc/pki/vdsm/certs/cacert.pem')).toBe(engine.caPem);
    const own = new X509Certificate(t.host.fs.read('/etc/pki/vdsm/certs/vdsmcert.pem'));
    expect(own.verify(new X509Certificate(engine.caPem).publicKey)).toBe(true);
    expect(own.subject).toBe('O=test.local\nCN=host1.test.local');
    expect(own.checkPrivateKey(createPrivateKey(t.host.fs.read('/etc/pki/vdsm/keys/vdsmkey.pem')))).toBe(true);
    expect(Math.round((Date.parse(own.validTo) - Date.now()) / 86_400_000 / 365)).toBe(5);
  });

  it('journals every request to the API, which lets nobody in without credentials', async () => {
    expect((await get('/ovirt-engine/api/vms', 'POST')).status).toBe(401);
    const last = t.lab.journal.since(t.lab.journal.last - 1)[0];
    expect(last).toMatchObject({ target: 'engine', kind: 'request', text: 'POST /ovirt-engine/api/vms', status: 401 });
  });

  it('goes away with its VM, comes back by 503', async () => {
    await t.fast(async () => {
      await t.host.run(['hosted-engine', '--set-maintenance', '--mode=global']);
      await t.lab.clock.sleep(25);
      shutdownVm(t.host);
      while (vmRecord(t.host)?.status !== 'Down') await t.lab.clock.sleep(1);
    });
    await expect(get('/ovirt-engine/services/health')).rejects.toThrow(/ECONNRESET|socket hang up|ECONNREFUSED/);
    await t.fast(async () => {
      await t.host.run(['hosted-engine', '--vm-start']);
      while (vmRecord(t.host)?.status !== 'Up') await t.lab.clock.sleep(1);
    });
    expect((await get('/ovirt-engine/services/health')).status).toBe(503);
    await t.fast(async () => {
      while (!vmRecord(t.host)?.engine) await t.lab.clock.sleep(1);
    });
    expect((await get('/ovirt-engine/services/health')).status).toBe(200);
  });
});
