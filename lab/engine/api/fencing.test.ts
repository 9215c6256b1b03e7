import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controllers } from '../../bmc/controller.ts';
import { runningOn } from '../../ovirt/engine-vm.ts';
import { panic } from '../../ovirt/kdump.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('fencing by the engine', () => {
  let s: ServedLab;
  let id = '';
  beforeAll(async () => {
    s = await servedLab(3);
    await s.t.fast(async () => {
      const third = s.t.lab.hosts.get('host3');
      await third?.run(['yum', '-y', 'install', 'http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm']);
    });
    const body = { name: 'host3', address: 'host3.test.local', cluster: { name: 'Cluster1' }, ...credentials() };
    id = String((await s.client.json('POST', '/hosts', body)).id);
    await s.until('host3 is up', async () => (await status()) === 'up');
  });
  afterAll(() => s.close());

  const credentials = () => ({ root_password: s.t.lab.secrets.hostRootPassword });
  const machine = () => {
    const found = s.t.lab.hosts.get('host3');
    if (!found) throw new Error('no host3');
    return found;
  };
  const get = (): Promise<Json> => s.client.json('GET', `/hosts/${id}`);
  const status = async (): Promise<string> => String((await get()).status);
  const fence = (type: string, correlation = `fence-${type}`): Promise<Json> =>
    s.t.fast(() =>
      s.client.json('POST', `/hosts/${id}/fence`, { fence_type: type }, { 'correlation-id': correlation }),
    );
  const detail = (answer: Json): string => String(answer.fault?.detail);
  const codes = async (search: string): Promise<number[]> => {
    const found = await s.client.json('GET', `/events?search=${encodeURIComponent(search)}`);
    return ((found.event ?? []) as unknown as Json[]).map((one) => Number(one.code)).reverse();
  };
  const agent = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    address: '172.20.33.13',
    order: 1,
    type: 'drac5',
    username: 'root',
    password: s.t.lab.secrets.bmcPassword,
    options: {
      option: [
        { name: 'secure', value: '1' },
        { name: 'cmd_prompt', value: '>' },
        { name: 'login_timeout', value: '30' },
      ],
    },
    ...more,
  });

  it('looks at the power through another host, and says why it cannot', async () => {
    const made = await s.client.json('POST', `/hosts/${id}/fenceagents`, agent({ password: 'wrong' }));
    expect(made).not.toHaveProperty('password');
    const failed = await fence('status');
    expect(failed).toMatchObject({ status: 'failed' });
    expect(failed.fault?.reason).toContain('Unable to connect/login to fencing device');
    expect(await codes('correlation_id=fence-status')).toEqual([9020, 9021, 9020, 9021, 9001]);
    const { bmcPassword } = s.t.lab.secrets;
    await s.client.json('PUT', `/hosts/${id}/fenceagents/${made.id}`, { password: bmcPassword });
    expect(await fence('status')).toMatchObject({ status: 'complete', power_management: { status: 'on' } });
    const enabled = await s.client.json('PUT', `/hosts/${id}`, { power_management: { enabled: true } });
    expect(enabled.power_management).toMatchObject({ enabled: 'true', kdump_detection: 'true' });
  });

  it('refuses in the first minutes of the engine, in use, and while another operation is fresh', async () => {
    await s.t.fast(() => s.t.lab.clock.sleep(300));
    expect(detail(await fence('stop'))).toBe(
      '[Cannot perform Stop operation, Host has to be in Maintenance mode in order to be stopped.]',
    );
    await s.client.json('POST', `/hosts/${id}/deactivate`, {});
    await s.until('maintenance', async () => (await status()) === 'maintenance');
    expect(await fence('stop')).toMatchObject({ status: 'complete' });
    expect([await status(), machine().power]).toEqual(['down', 'off']);
    expect(await codes('correlation_id=fence-stop')).toEqual([9017, 9020, 9020, 9020, 9018, 21]);
    expect(detail(await fence('start'))).toMatch(
      /^\[Another Power Management operation is still running, please retry in \d+ Sec\., Cannot start Host\. Fence operation failed\.\]$/,
    );
    await s.t.fast(() => s.t.lab.clock.sleep(180));
    expect(await fence('start', 'again')).toMatchObject({ status: 'complete' });
    expect(await status()).toBe('reboot');
    await s.until('up again', async () => (await status()) === 'up');
    expect(await s.client.json('DELETE', `/hosts/${id}/fenceagents/${await onlyAgent()}`)).toMatchObject({
      detail: '[Cannot Remove last Fence-Agent when Power Management is enabled for the Host.]',
    });
  });

  const onlyAgent = async (): Promise<string> => {
    const listed = (await s.client.json('GET', `/hosts/${id}/fenceagents`)).agent as unknown as Json[];
    return String(listed[0]?.id);
  };

  it('restarts a host that has died, and a highly available VM of it elsewhere', async () => {
    const vm = async (name: string, enabled: boolean): Promise<string> => {
      const made = await s.client.json('POST', '/vms', {
        name,
        cluster: { name: 'Cluster1' },
        template: { name: 'Blank' },
        os: { boot: { devices: { device: ['hd', 'network'] } } },
        high_availability: { enabled },
      });
      await s.client.json('POST', `/vms/${made.id}/start`, {});
      await s.until(
        'it runs',
        async () => ((await s.client.json('GET', `/vms/${made.id}`)).status as unknown) === 'up',
      );
      await s.client.json('POST', `/vms/${made.id}/migrate`, { host: { id } });
      await s.until('it is on host3', () => machine().libvirt.domains.has(name));
      return String(made.id);
    };
    const important = await vm('important', true);
    const ordinary = await vm('ordinary', false);
    const before = machine().boot.id;
    machine().powerLoss();
    await s.until('unknown', async () => (await status()) === 'non_responsive', 1);
    await s.until('elsewhere', async () => {
      const one = await s.client.json('GET', `/vms/${important}`);
      return (one.status as unknown) === 'up' && (one.host?.id as unknown) !== id;
    });
    expect((await s.client.json('GET', `/vms/${ordinary}`)).status).toBe('down');
    await s.until('host3 is back', async () => (await status()) === 'up');
    expect(machine().boot.id).not.toBe(before);
    const seen = await codes('host.name=host3');
    expect(seen).toEqual(expect.arrayContaining([9008, 12, 9017, 9018, 143, 539, 121, 14]));
    expect(await codes('type=506')).toHaveLength(1);
  });

  it('waits for a crash dump when the host was installed with kdump integration', async () => {
    expect((await get()).kdump_status).toBe('disabled');
    await s.client.json('POST', `/hosts/${id}/deactivate`, {});
    await s.until('maintenance', async () => (await status()) === 'maintenance');
    await s.client.json('POST', `/hosts/${id}/install`, credentials());
    await s.until('installed', async () => (await status()) === 'maintenance');
    expect((await get()).kdump_status).toBe('enabled');
    await s.client.json('POST', `/hosts/${id}/activate`, {});
    await s.until('up', async () => (await status()) === 'up');
    panic(machine());
    await s.until('kdumping', async () => (await status()) === 'kdumping', 1);
    await s.until('back by itself', async () => (await status()) === 'up');
    const seen = await codes('host.name=host3');
    expect(seen.slice(seen.lastIndexOf(9008))).toEqual(expect.arrayContaining([614, 616]));
    expect(seen.slice(seen.lastIndexOf(9008))).not.toContain(9017);
  });

  it('leaves a host alone whose fencing is off, until someone confirms that it was rebooted', async () => {
    const controller = controllers(s.t.lab).get('host3');
    await s.client.json('PUT', `/hosts/${id}`, { power_management: { enabled: false } });
    machine().powerLoss();
    await s.until('non responsive', async () => (await status()) === 'non_responsive');
    await s.t.fast(() => s.t.lab.clock.sleep(600));
    expect([await status(), controller?.on]).toEqual(['non_responsive', false]);
    expect(await fence('manual')).toMatchObject({ status: 'complete' });
    expect(await codes('correlation_id=fence-manual')).toEqual([494]);
    expect(runningOn(s.t.lab)?.record.engine).toBe(true);
    expect(s.t.lab.defects).toEqual([]);
  });
});
