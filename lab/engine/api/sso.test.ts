import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restartEngineService, runningOn } from '../../ovirt/engine-vm.ts';
import { Sessions } from './sso/sessions.ts';
import type { Json, ServedLab } from './test-client.ts';
import { EngineClient, servedLab } from './test-client.ts';

describe('sessions', () => {
  it('end after half an hour without a call, and live on with each', () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    const token = sessions.open({ name: 'admin', profile: 'internal' });
    now += 29 * 60_000;
    expect(sessions.use(token)?.user.name).toBe('admin');
    now += 29 * 60_000;
    expect(sessions.use(token)).toBeDefined();
    now += 31 * 60_000;
    expect(sessions.use(token)).toBeUndefined();
  });
});

describe('who is let in', () => {
  let s: ServedLab;
  beforeAll(async () => {
    s = await servedLab(1);
  });
  afterAll(() => s.close());

  const basic = (): string =>
    `Basic ${Buffer.from(`admin@internal:${s.t.lab.secrets.enginePassword}`).toString('base64')}`;
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await s.client.send('/ovirt-engine/api/datacenters', { headers })).status;

  it('logs in once per token, which shows in the events', async () => {
    await s.client.call('GET', '/hosts');
    const client = new EngineClient(s.engine);
    await client.login(s.t.lab.secrets.enginePassword);
    await client.call('GET', '/hosts');
    await client.call('GET', '/hosts');
    const logins = (await client.json('GET', '/events?search=type%3D30')).event as unknown as Json[];
    expect(logins).toHaveLength(2);
    expect(logins[0]?.description).toMatch(/^User admin@internal-authz connecting from '127.0.0.1' using session /);
  });

  it('keeps a session for Basic credentials only where it is preferred', async () => {
    const once = await s.client.send('/ovirt-engine/api', { headers: { authorization: basic() } });
    expect([once.status, once.headers['set-cookie']]).toEqual([200, undefined]);
    const kept = await s.client.send('/ovirt-engine/api', {
      headers: { authorization: basic(), prefer: 'persistent-auth' },
    });
    const cookie = kept.headers['set-cookie']?.split(';')[0] ?? '';
    expect(cookie).toMatch(/^JSESSIONID=/);
    expect(await status({ cookie })).toBe(200);
    expect(await status({ cookie: 'JSESSIONID=nonsense' })).toBe(401);
  });

  it('refuses a revocation to who is no registered client', async () => {
    const answer = await s.client.send('/ovirt-engine/sso/oauth/revoke', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: `scope=ovirt-app-api&token=${s.client.token}`,
    });
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([400, 'invalid_request']);
    expect((await s.client.call('GET', '/hosts')).status).toBe(200);
  });

  it('loses every token on a fault, and lets nobody in on another', async () => {
    s.t.lab.faults.add({ target: 'engine', kind: 'token-expired', match: 'GET /ovirt-engine/api/hosts' });
    const lost = await s.client.call('GET', '/hosts');
    expect([lost.status, lost.headers['www-authenticate']]).toEqual([401, 'Basic realm="RESTAPI"']);
    s.t.lab.faults.add({ target: 'engine', kind: 'auth-refused', match: 'oauth/token' });
    expect((await s.client.login(s.t.lab.secrets.enginePassword)).status).toBe(400);
    expect((await s.client.login(s.t.lab.secrets.enginePassword)).status).toBe(200);
    expect((await s.client.call('GET', '/hosts')).status).toBe(200);
  });

  it('forgets its tokens with a restart, its database not', async () => {
    const before = await s.client.json('GET', '/hosts');
    const host = runningOn(s.t.lab)?.host;
    if (!host) throw new Error('no engine');
    restartEngineService(host);
    expect((await s.client.call('GET', '/hosts')).status).toBe(503);
    await s.until('the engine is back', () => runningOn(s.t.lab)?.record.engine === true);
    expect((await s.client.call('GET', '/hosts')).status).toBe(401);
    await s.client.login(s.t.lab.secrets.enginePassword);
    const after = await s.client.json('GET', '/hosts');
    expect((after.host as unknown as Json[])[0]?.id).toBe((before.host as unknown as Json[])[0]?.id);
    const started = await s.client.json('GET', '/events?search=type%3D1');
    expect((started.event as unknown as Json[])[0]?.description).toBe('Starting oVirt Engine.');
  });

  it('says 501 to what exists in the API and not in the lab, with a line in the journal', async () => {
    const answer = await s.client.call('GET', '/openstacknetworkproviders');
    expect([answer.status, answer.body]).toEqual([
      501,
      'GET /ovirt-engine/api/openstacknetworkproviders is not modelled\n',
    ]);
    const last = s.t.lab.journal.since(s.t.lab.journal.last - 1)[0];
    expect(last).toMatchObject({
      target: 'engine',
      text: 'GET /ovirt-engine/api/openstacknetworkproviders',
      status: 501,
    });
  });

  it('takes matrix parameters for query parameters', async () => {
    const found = await s.client.json('GET', '/events;max=1');
    expect(found.event).toHaveLength(1);
  });
});
