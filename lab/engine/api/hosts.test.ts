import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runningOn, vmRecord } from '../../ovirt/engine-vm.ts';
import { agentRuntime } from '../../ovirt/ha/runtime.ts';
import { events } from '../../worlds/events.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('hosts in the engine', () => {
  let s: ServedLab;
  beforeAll(async () => {
    s = await servedLab(3);
    await s.t.fast(async () => {
      const third = s.t.lab.hosts.get('host3');
      await third?.run(['yum', '-y', 'install', 'http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm']);
    });
  });
  afterAll(() => s.close());

  const machine = (name: string): NonNullable<ReturnType<typeof s.t.lab.hosts.get>> => {
    const found = s.t.lab.hosts.get(name);
    if (!found) throw new Error(name);
    return found;
  };
  const byName = async (name: string): Promise<Json> => {
    const found = await s.client.json('GET', `/hosts?search=name%3D${name}`, undefined, { 'all-content': 'true' });
    return (found.host as unknown as Json[])[0] as Json;
  };
  const status = async (name: string): Promise<string> => String((await byName(name)).status);
  const credentials = (): Record<string, unknown> => ({ root_password: s.t.lab.secrets.hostRootPassword });

  it('shows the two that run the hosted engine, with their HA data only to who asks for all content', async () => {
    const listed = (await s.client.json('GET', '/hosts')).host as unknown as Json[];
    expect(listed.map((one) => [one.name, one.status, one.spm?.status])).toEqual([
      ['host1.test.local', 'up', 'spm'],
      ['host2.test.local', 'up', 'none'],
    ]);
    expect(listed[0]).not.toHaveProperty('hosted_engine');
    await s.until('statistics are read', async () => (await byName('host2.test.local')).hosted_engine !== undefined);
    expect((await byName('host2.test.local')).hosted_engine).toEqual({
      active: 'true',
      configured: 'true',
      global_maintenance: 'false',
      local_maintenance: 'false',
      score: '3400',
    });
    expect((await s.client.json('GET', '/hosts?all_content=true')).host as unknown as Json[]).not.toHaveProperty(
      '0.hosted_engine',
    );
  });

  it('refuses to add what it knows, cannot reach or may not enter', async () => {
    const add = (body: Record<string, unknown>): Promise<Json> => s.client.json('POST', '/hosts', body);
    const cluster = { name: 'Cluster1' };
    const here = { name: 'host3', address: 'host3.test.local', cluster };
    expect(await add({ name: 'host3' })).toMatchObject({
      status: 400,
      reason: 'Incomplete parameters',
      detail: 'Host [address] required for add',
    });
    expect(await add({ ...here, name: 'host1.test.local', ...credentials() })).toMatchObject({
      status: 409,
      detail: '[Cannot add Host. The Host name is already in use, please choose a unique name and try again.]',
    });
    expect(await add({ ...here, address: 'host1.test.local', ...credentials() })).toMatchObject({
      status: 409,
      detail: '[Cannot add Host. Host with the same address already exists.]',
    });
    expect(await add({ ...here, cluster: { name: 'nothere' } })).toMatchObject({
      status: 404,
      detail: 'Entity not found: Cluster: name=nothere',
    });
    expect(await add({ ...here, root_password: 'wrong' })).toMatchObject({ status: 409 });
    expect(await add({ ...here, ssh: { authentication_method: 'publickey' } })).toMatchObject({ status: 409 });
    expect(await add({ ...here, address: 'host9.test.local', ...credentials() })).toMatchObject({ status: 409 });
    expect(((await s.client.json('GET', '/hosts')).host as unknown as Json[]).length).toBe(2);
  });

  it('gives a host another name, which no other has, and tells what it cannot change', async () => {
    const rows = (await s.client.json('GET', '/hosts')).host as unknown as Json[];
    const [first, second] = rows;
    const path = `/hosts/${first?.id}`;
    const [name, taken] = [String(first?.name), String(second?.name)];
    expect(await s.client.json('PUT', path, { name: taken })).toMatchObject({
      status: 409,
      detail: '[Cannot edit Host. The Host name is already in use, please choose a unique name and try again.]',
    });
    expect((await s.client.json('PUT', path, { name: 'rack1' })).name).toBe('rack1');
    expect((await s.client.json('GET', path)).name).toBe('rack1');
    expect((await s.client.json('PUT', path, { name })).name).toBe(name);
    expect((await s.client.call('PUT', path, { address: 'elsewhere.test.local' })).status).toBe(501);
  });

  it('adds a host with the hosted engine: packages, certificates, bridge, configuration, HA services', async () => {
    const body = { name: 'host3', address: 'host3.test.local', cluster: { name: 'Cluster1' }, ...credentials() };
    const headers = { 'correlation-id': 'add-host3' };
    const added = await s.client.call('POST', '/hosts?deploy_hosted_engine=true', body, headers);
    expect([added.status, added.headers['correlation-id']]).toEqual([201, 'add-host3']);
    expect(JSON.parse(added.body)).toMatchObject({ name: 'host3', status: 'installing' });
    expect(added.body).not.toContain(s.t.lab.secrets.hostRootPassword);
    const running = await s.client.json('GET', '/jobs?search=correlation_id%3Dadd-host3');
    expect(running.job).toMatchObject([
      { description: 'Adding new Host host3 to Cluster Cluster1', status: 'started' },
    ]);
    const refusal = '[Cannot remove Host. Related operation is currently in progress. Please try again later.]';
    expect(await s.client.json('DELETE', `/hosts/${(await byName('host3')).id}`)).toMatchObject({
      status: 409,
      detail: refusal,
    });
    await s.until('host3 is up', async () => (await status('host3')) === 'up');
    const third = machine('host3');
    expect(third.packages.has('ovirt-hosted-engine-setup')).toBe(true);
    expect(third.fs.read('/etc/ovirt-hosted-engine/hosted-engine.conf')).toContain('host_id=3\n');
    expect(third.network.interfaces.has('ovirtmgmt')).toBe(true);
    expect(third.units.isActive('ovirt-ha-agent.service')).toBe(true);
    await s.until('its agent can run the engine', () => agentRuntime(third)?.state === 'EngineDown');
    await s.until(
      'the engine sees its score',
      async () => (await byName('host3')).hosted_engine?.score === ('3400' as never),
    );
    const events = await s.client.json('GET', '/events?search=correlation_id%3Dadd-host3');
    const codes = (events.event as unknown as Json[]).map((one) => Number(one.code));
    expect(codes.slice(-2)).toEqual([9000, 42]);
    expect(codes[0]).toBe(504);
    const job = (await s.client.json('GET', '/jobs?search=correlation_id%3Dadd-host3')).job as unknown as Json[];
    const steps = (await s.client.json('GET', `/jobs/${job[0]?.id}/steps`)).step as unknown as Json[];
    expect(job[0]?.status).toBe('finished');
    expect(steps.map((one) => [one.type, one.status])).toEqual([
      ['validating', 'finished'],
      ['executing', 'finished'],
      ['unknown', 'finished'],
      ['finalizing', 'finished'],
    ]);
  });

  it('empties a host for maintenance: local HA maintenance, the engine VM elsewhere, the session unbroken', async () => {
    const first = await byName('host1.test.local');
    const answer = await s.client.json('POST', `/hosts/${first.id}/deactivate`, { reason: 'work' });
    expect(answer).toMatchObject({ status: 'complete', reason: 'work', host: { id: first.id } });
    expect(await byName('host1.test.local')).toMatchObject({
      status: 'preparing_for_maintenance',
      status_detail: 'work',
    });
    expect(await s.client.json('POST', `/hosts/${first.id}/deactivate`, {})).toMatchObject({ status: 'complete' });
    await s.until('host1 is in maintenance', async () => (await status('host1.test.local')) === 'maintenance');
    expect(runningOn(s.t.lab)?.host.name).not.toBe('host1');
    expect(runningOn(s.t.lab)?.record.engine).toBe(true);
    await s.until('its agent follows', () => agentRuntime(machine('host1'))?.state === 'LocalMaintenance');
    await s.until('vdsm forgets the VM', () => vmRecord(machine('host1')) === undefined);
    await s.until('another host leads the pool', async () => {
      const listed = (await s.client.json('GET', '/hosts')).host as unknown as Json[];
      return listed.some((one) => one.name !== first.name && (one.spm?.status as unknown) === 'spm');
    });
    const again = await s.client.json('POST', `/hosts/${first.id}/deactivate`, {});
    expect(again.fault).toEqual({
      detail: '[Cannot switch Host to Maintenance mode. Host is already in Maintenance mode.]',
      reason: 'Operation Failed',
    });
  });

  it('takes the hosted engine off a host that is in maintenance, and puts it back', async () => {
    const first = await byName('host1.test.local');
    const install = (body: Record<string, unknown>): Promise<Json> =>
      s.client.json('POST', `/hosts/${first.id}/install`, { ...credentials(), ...body });
    expect(await s.client.json('POST', `/hosts/${first.id}/install`, {})).toMatchObject({
      fault: { detail: '[Cannot install Host with empty password.]' },
    });
    expect(await install({ undeploy_hosted_engine: true })).toMatchObject({ status: 'complete' });
    expect(await status('host1.test.local')).toBe('installing');
    await s.until('undeployed', async () => (await status('host1.test.local')) === 'maintenance');
    expect(machine('host1').fs.exists('/etc/ovirt-hosted-engine/hosted-engine.conf')).toBe(false);
    expect(machine('host1').units.isActive('ovirt-ha-agent.service')).toBe(false);
    expect(await byName('host1.test.local')).not.toHaveProperty('hosted_engine');
    const deploy = { deploy_hosted_engine: 'true', ssh: { authentication_method: 'publickey' } };
    await install(deploy);
    await s.until('installed', async () => (await status('host1.test.local')) === 'maintenance');
    expect(machine('host1').fs.exists('/etc/ovirt-hosted-engine/hosted-engine.conf')).toBe(false);
    // 4.3.7 does not hear the wish; 4.3.10 does.
    const update = { target: 'engine', action: 'update-engine', version: '4.3.10.4-1.el7' };
    await s.t.fast(async () => events['update-engine']?.(s.t.lab, update));
    await s.until(
      'the new engine answers',
      async () => (await s.client.login(s.t.lab.secrets.enginePassword)).status === 200,
    );
    expect(await s.client.json('GET', '')).toMatchObject({
      product_info: { version: { build: '10', revision: '4', full_version: '4.3.10.4-1.el7' } },
    });
    await install(deploy);
    await s.until('deployed again', async () => (await status('host1.test.local')) === 'maintenance');
    expect(machine('host1').fs.read('/etc/ovirt-hosted-engine/hosted-engine.conf')).toContain('host_id=1\n');
    await s.until('its agent runs', () => agentRuntime(machine('host1'))?.state === 'LocalMaintenance');
  });

  it('activates it again: the local maintenance ends', async () => {
    const first = await byName('host1.test.local');
    expect(await s.client.json('POST', `/hosts/${first.id}/activate`, {})).toMatchObject({ status: 'complete' });
    expect(await status('host1.test.local')).toBe('unassigned');
    await s.until('host1 is up', async () => (await status('host1.test.local')) === 'up');
    await s.until('its agent is back', () => agentRuntime(machine('host1'))?.state === 'EngineDown');
    expect(await s.client.json('POST', `/hosts/${first.id}/activate`, {})).toMatchObject({
      status: 'failed',
      fault: { detail: '[Cannot activate Host. Host in Up status.]' },
    });
  });

  it('loses sight of a host that dies, and finds it again', async () => {
    const id = (await byName('host1.test.local')).id;
    const seen: string[] = [];
    const look = async (wanted: string): Promise<boolean> => {
      const now = String((await s.client.json('GET', `/hosts/${id}`)).status);
      if (seen.at(-1) !== now) seen.push(now);
      return now === wanted;
    };
    machine('host1').powerLoss();
    await s.until('non responsive', () => look('non_responsive'), 1);
    void machine('host1').powerOn();
    await s.until('up again', () => look('up'), 1);
    expect(seen).toEqual(['up', 'connecting', 'non_responsive', 'initializing', 'up']);
    const told = (await s.client.json('GET', '/events?search=host.name%3Dhost1.test.local&max=4')).event;
    expect((told as unknown as Json[]).map((one) => Number(one.code))).toEqual([13, 9027, 12, 9008]);
  });

  it('installs nothing on a host whose repositories are gone', async () => {
    const third = await byName('host3');
    await s.client.json('POST', `/hosts/${third.id}/deactivate`, {});
    await s.until('maintenance', async () => (await status('host3')) === 'maintenance');
    machine('host3').packages.erase('ovirt-host');
    for (const mirror of s.t.lab.mirrors.values()) mirror.reachable = false;
    await s.client.json('POST', `/hosts/${third.id}/install`, credentials(), { 'correlation-id': 'no-mirror' });
    await s.until('failed', async () => (await status('host3')) === 'install_failed');
    const events = await s.client.json('GET', '/events?search=correlation_id%3Dno-mirror%20and%20type%3D505');
    expect(events.event).toHaveLength(1);
    expect((await s.client.json('DELETE', `/hosts/${third.id}`)).status).toBe('complete');
    expect((await s.client.call('GET', `/hosts/${third.id}`)).status).toBe(404);
    expect(s.t.lab.defects).toEqual([]);
  });
});
