import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineCluster } from '../../connectors/engine/model/cluster.ts';
import { type EngineLab, startEngineLab } from './engine-lab.ts';

let lab: EngineLab;
beforeAll(async () => {
  lab = await startEngineLab();
});
afterAll(() => lab?.close());
afterEach(() => lab.control.releaseAll());

const host = { host: 'host2' };
const maintenance = { ...host, reason: 'new "memory"' };
const DEACTIVATE = /^POST \/ovirt-engine\/api\/hosts\/[^/]+\/deactivate/;
const ACTIVATE = /^POST \/ovirt-engine\/api\/hosts\/[^/]+\/activate/;

describe('operations on the engine', () => {
  it('plans the request that it sends, waits for the state, and finds it the second time', async () => {
    const since = await lab.control.now();
    const found = await lab.perform('deactivateHost', 'check', maintenance);
    expect(found).toMatchObject({
      state: 'wouldDo',
      interruptible: true,
      evidence: ['host2 is up in the engine, with 0 VMs'],
      undo: { title: 'Activate host2 again', call: { operation: 'activateHost', params: host } },
    });
    expect(found.commands).toEqual([
      expect.stringMatching(/^POST \/hosts\/[-0-9a-f]{36}\/deactivate \{"reason":"new \\"memory\\""\}$/),
    ]);
    expect(await lab.requests(since, /^(POST|PUT|DELETE) .*\/api\//)).toEqual([]);

    const { result, on } = await lab.insist('deactivateHost', maintenance);
    expect([result.commands, on]).toEqual([found.commands, []]);
    expect(result.evidence).toEqual(['host2 is maintenance (new "memory") in the engine, with 0 VMs']);
    expect(await lab.perform('deactivateHost', 'check', maintenance)).toMatchObject({ state: 'already', commands: [] });
    expect(await lab.requests(since, DEACTIVATE)).toHaveLength(1);

    await lab.insist('activateHost', host);
    expect(await lab.perform('activateHost', 'check', host)).toMatchObject({ state: 'already' });
  });

  it('looks before it repeats a request whose answer was lost', async () => {
    const since = await lab.control.now();
    await lab.control.fault({ target: 'engine', kind: 'drop-after', match: '/deactivate' });
    const { on } = await lab.insist('deactivateHost', host, { attempt: 2 });
    expect(on).toEqual(['OutcomeUnknown']);
    expect(await lab.requests(since, DEACTIVATE)).toHaveLength(1);
  });

  it('sends it again where it provably did not arrive', async () => {
    const since = await lab.control.now();
    await lab.control.fault({ target: 'engine', kind: 'drop-before', match: '/activate' });
    const { on } = await lab.insist('activateHost', host, { attempt: 2 });
    expect(on).toEqual(['OutcomeUnknown']);
    expect(await lab.requests(since, ACTIVATE)).toHaveLength(2);
  });

  it('waits for an engine that restarts, is busy or has forgotten the session', async () => {
    const since = await lab.control.now();
    const busy = {
      detail:
        '[Cannot switch Host to Maintenance mode. Related operation is currently in progress. Please try again later.]',
      reason: 'Operation Failed',
    };
    await lab.control.fault({
      target: 'engine',
      kind: 'http',
      match: '/deactivate',
      status: 409,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault: busy, status: 'failed' }),
    });
    await lab.control.fault({ target: 'engine', kind: 'token-expired', match: 'GET /ovirt-engine/api/events' });
    const { on } = await lab.insist('deactivateHost', host, { attempt: 3 });
    expect(on).toEqual(['EngineBusy']);
    expect(await lab.requests(since, DEACTIVATE)).toHaveLength(2);

    await lab.control.fault({ target: 'engine', kind: 'restart', match: '/activate' });
    const back = await lab.insist('activateHost', host, { attempt: 3 });
    expect(back.on).toContain('EngineUnreachable');
    expect(await lab.perform('activateHost', 'check', host)).toMatchObject({ state: 'already' });
  });

  it('ends with the sentence of a refusal', async () => {
    const detail = '[Cannot switch Host to Maintenance mode. Host still has running VMs on it.]';
    await lab.control.fault({
      target: 'engine',
      kind: 'http',
      match: '/deactivate',
      status: 409,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ detail, reason: 'Operation Failed' }),
    });
    await expect(lab.perform('deactivateHost', 'apply', host, { step: { attempt: 4 } })).rejects.toMatchObject({
      type: 'PreconditionFailed',
      message: expect.stringMatching(
        /deactivate: Cannot switch Host to Maintenance mode\. Host still has running VMs on it\.$/,
      ),
    });
  });

  it('lets the engine in by its key, and takes the key away again without touching another', async () => {
    const keys = () => lab.host('host2', 'cat /root/.ssh/authorized_keys');
    await lab.host('host2', "mkdir -p /root/.ssh; printf 'ssh-rsa AAAA+/= me' >/root/.ssh/authorized_keys");
    const { result } = await lab.insist('trustEngineKey', host);
    expect(result.commands).toEqual([expect.stringMatching(/^tee -a \/root\/\.ssh\/authorized_keys < \(\d+ bytes\)$/)]);
    const key = await (await lab.client()).sshKey();
    expect(await keys()).toBe(`ssh-rsa AAAA+/= me\n${key} ovirt-engine\n`);
    expect(await lab.perform('trustEngineKey', 'check', host)).toMatchObject({ state: 'already' });
    await lab.insist('distrustEngineKey', { ...host, key });
    expect(await keys()).toBe('ssh-rsa AAAA+/= me\n');
    await lab.host('host2', 'rm -r /root/.ssh');
    await lab.insist('trustEngineKey', host);
    expect(await lab.host('host2', 'stat -c "%a %n" /root/.ssh /root/.ssh/*')).toBe(
      '700 /root/.ssh\n600 /root/.ssh/authorized_keys\n',
    );
  });

  it('tells where the VMs stay that a maintenance has moved away', async () => {
    const { undo } = await lab.perform('deactivateHost', 'check', { host: 'host1' });
    await lab.insist('deactivateHost', { host: 'host1' }, { attempt: 5 });
    const { result } = await lab.insist('activateHost', undo?.call.params ?? {});
    expect(result.leaves).toEqual({
      what: 'the engine VM runs on host2; before the maintenance of host1 it ran there',
      byHand: 'run moveHostedEngine with {"to":"host1"}',
    });
    await lab.insist('migrateEngineVm', { host: 'host1' });
    expect(await lab.perform('activateHost', 'check', undo?.call.params ?? {})).not.toHaveProperty('leaves');
  });

  it('says that the engine does not know a host', async () => {
    await expect(lab.perform('activateHost', 'check', { host: 'host9' })).rejects.toMatchObject({
      type: 'NotFound',
      message: 'host host9: the engine has no host of its name or address',
    });
  });

  it('sets only the parts of a fencing policy that are wished, and sets them back', async () => {
    const policy = async () =>
      (await (await lab.client()).named('/clusters', 'Default', engineCluster))?.fencing_policy ?? {};
    const before = await policy();
    const fencing = { skipIfStorageActive: true, skipIfConnectivityBroken: 60 };
    const wish = { name: 'Default', dataCenter: 'Default', cpuType: 'Intel Westmere Family', hosts: [], fencing };
    const { undo } = await lab.perform('createCluster', 'check', wish);
    await lab.insist('createCluster', wish);
    expect(await policy()).toEqual({
      ...before,
      skip_if_sd_active: { enabled: true },
      skip_if_connectivity_broken: { enabled: true, threshold: 60 },
    });
    expect(await lab.perform('createCluster', 'check', wish)).toMatchObject({ state: 'already', commands: [] });
    const { result } = await lab.insist('setCluster', undo?.call.params ?? {});
    expect(await policy()).toEqual(before);
    // It had no CPU type before, and the engine takes none back.
    expect(undo?.title).toBe('Give cluster Default its former settings, but for its CPU type, which nothing unsets');
    expect(result.leaves?.what).toBe(
      'cluster Default keeps the CPU type Intel Westmere Family; before the run it had none',
    );
  });
});
