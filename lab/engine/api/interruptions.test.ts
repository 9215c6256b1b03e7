import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restartEngineService, runningOn } from '../../ovirt/engine-vm.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('an engine that ends in the middle of its work', () => {
  let s: ServedLab;
  let id = '';
  beforeAll(async () => {
    s = await servedLab(2);
    const [second] = (await s.client.json('GET', '/hosts?search=host2*')).host as unknown as Json[];
    id = String(second?.id);
    await s.client.json('POST', `/hosts/${id}/deactivate`, {});
    await s.until('host2 rests', async () => (await status()) === 'maintenance');
  });
  afterAll(() => s.close());

  const status = async (): Promise<string> => String((await s.client.json('GET', `/hosts/${id}`)).status);
  const install = (correlation: string): Promise<Json> => {
    const body = { root_password: s.t.lab.secrets.hostRootPassword };
    return s.client.json('POST', `/hosts/${id}/install`, body, { 'correlation-id': correlation });
  };
  const restart = async (): Promise<void> => {
    const host = runningOn(s.t.lab)?.host;
    if (!host) throw new Error('no engine');
    restartEngineService(host);
    await s.until('the engine is back', () => runningOn(s.t.lab)?.record.engine === true);
    await s.client.login(s.t.lab.secrets.enginePassword);
  };

  it('finds the host half installed and cannot say how the job ended', async () => {
    await install('cut-off');
    expect(await status()).toBe('installing');
    await restart();
    expect(await status()).toBe('install_failed');
    const [job] = (await s.client.json('GET', '/jobs?search=correlation_id%3Dcut-off')).job as unknown as Json[];
    expect(job?.status).toBe('unknown');
    await s.t.fast(() => s.t.lab.clock.sleep(600));
    expect(await status()).toBe('install_failed');
    const installed = await s.client.json('GET', '/events?search=correlation_id%3Dcut-off%20and%20type%3D504');
    expect(installed).not.toHaveProperty('event');
  });

  it('installs it when asked again', async () => {
    await install('again');
    await s.until('installed', async () => (await status()) === 'maintenance');
    await s.client.json('POST', `/hosts/${id}/activate`, {});
    await s.until('up', async () => (await status()) === 'up');
  });

  it('has nothing to do with a migration that has begun: VDSM brings it to its end', async () => {
    const body = {
      name: 'vm1',
      cluster: { name: 'Cluster1' },
      template: { name: 'Blank' },
      memory: 8589934592,
      os: { boot: { devices: { device: ['hd', 'network'] } } },
    };
    const vm = String((await s.client.json('POST', '/vms', body)).id);
    await s.client.json('POST', `/vms/${vm}/start`, {});
    const look = (): Promise<Json> => s.client.json('GET', `/vms/${vm}`);
    await s.until('up', async () => ((await look()).status as unknown) === 'up');
    const before = (await look()).host?.id;
    await s.client.json('POST', `/vms/${vm}/migrate`, {});
    expect(await look()).toMatchObject({ status: 'migrating' });
    await restart();
    await s.until('moved', async () => ((await look()).status as unknown) === 'up');
    expect((await look()).host?.id).not.toBe(before);
    expect(s.t.lab.defects).toEqual([]);
  });
});
