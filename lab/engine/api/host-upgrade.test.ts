import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('upgrades of hosts', () => {
  let s: ServedLab;
  let path = '';
  beforeAll(async () => {
    s = await servedLab(2, 0.1);
    const hosts = (await call('GET', '/hosts?search=name%3Dhost2.test.local')).host as unknown as Json[];
    path = `/hosts/${hosts[0]?.id}`;
  });
  afterAll(() => s.close());

  const call = (method: string, at: string, body?: unknown): Promise<Json> => s.client.json(method, at, body);
  const status = async (): Promise<string> => String((await call('GET', path)).status);
  const texts = async (code: number): Promise<string[]> =>
    (((await call('GET', `/events?search=type%3D${code}`)).event ?? []) as unknown as Json[]).map((one) =>
      String(one.description),
    );
  const machine = () => {
    const found = s.t.lab.hosts.get('host2');
    if (!found) throw new Error('there is no host2');
    return found;
  };

  it('refuses one before a look has found updates', async () => {
    expect((await call('POST', `${path}/upgrade`, {})).fault?.detail).toBe(
      '[Cannot upgrade Host. There are no available updates for the host.]',
    );
  });

  it('looks for updates behind the answer', async () => {
    expect(await call('POST', `${path}/upgradecheck`, {})).toMatchObject({ status: 'complete' });
    await s.until('the look has ended', async () => (await texts(885)).length > 0);
    expect(await texts(884)).toEqual(['Started to check for available updates on host host2.test.local.']);
    expect((await texts(885))[0]).toMatch(
      /^Check for available updates on host host2.test.local was completed successfully with message 'found updates for packages .*sudo/,
    );
    expect(await call('GET', path)).toMatchObject({ update_available: 'true' });
    expect((await call('GET', '/hosts?search=update_available%3Dtrue')).host).toMatchObject([
      { address: 'host2.test.local' },
    ]);
  });

  it('takes the host to maintenance, updates it, reboots it and brings it back as it was', async () => {
    const before = machine().boot.id;
    expect(await call('POST', `${path}/upgrade`, { reboot: true })).toMatchObject({ status: 'complete' });
    expect(await status()).toBe('preparing_for_maintenance');
    await s.until('it reboots', async () => (await texts(888)).length > 0);
    expect(await texts(840)).toEqual(['Host host2.test.local upgrade was started (User: admin@internal-authz).']);
    await s.until('it is up again', async () => (await status()) === 'up', 15);
    expect(machine().boot.id).not.toBe(before);
    expect(await call('GET', path)).toMatchObject({ update_available: 'false' });
    expect((await s.t.fast(() => machine().run(['/usr/bin/yum', '-q', 'check-update']))).code).toBe(0);
  });

  it('tells when the host cannot be reached', async () => {
    machine().powerLoss();
    await call('POST', `${path}/upgradecheck`, {});
    await s.until('the look has failed', async () => (await texts(839)).length > 0);
    expect((await texts(839))[0]).toMatch(
      /^Failed to check for available updates on host host2.test.local with message/,
    );
  });
});
