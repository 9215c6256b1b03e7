import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineCluster } from '../../connectors/engine/model/cluster.ts';
import { engineDataCenter } from '../../connectors/engine/model/data-center.ts';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { engineVm } from '../../connectors/engine/model/vm.ts';
import { type EngineLab, startEngineLab } from './engine-lab.ts';

let lab: EngineLab;
beforeAll(async () => {
  lab = await startEngineLab();
});
afterAll(() => lab?.close());
afterEach(() => lab.control.releaseAll());

const LOGIN = /^POST \/ovirt-engine\/sso\/oauth\/token/;
const NOWHERE = '/hosts/11111111-2222-3333-4444-555555555555';

describe('the client of the engine', () => {
  it('reads what a deployed datacentre has, in types of ours', async () => {
    const engine = await lab.client();
    const hosts = await engine.list('/hosts', engineHost);
    expect(hosts.map(({ name, status }) => [name, status])).toEqual([
      ['host1.test.local', 'up'],
      ['host2.test.local', 'up'],
    ]);
    expect(hosts[0]?.spm).toMatchObject({ status: 'spm' });
    await expect
      .poll(async () => (await engine.list('/hosts', engineHost))[1]?.hosted_engine, { timeout: 20_000 })
      .toMatchObject({ configured: true, score: 3400, local_maintenance: false });
    const [cluster] = await engine.list('/clusters', engineCluster);
    const [center] = await engine.list('/datacenters', engineDataCenter);
    expect([cluster?.name, center?.name, center?.local]).toEqual(['Cluster1', 'Datacenter1', false]);
    const domains = await engine.list(`/datacenters/${center?.id}/storagedomains`, engineStorageDomain);
    expect(domains.map(({ name, status }) => [name, status])).toEqual([['hosted_storage', 'active']]);
    expect(await engine.named('/vms', 'HostedEngine', engineVm)).toMatchObject({
      origin: 'managed_hosted_engine',
      status: 'up',
      host: { id: hosts[0]?.id },
    });
  });

  it('finds by exact name only, and tells what is not there', async () => {
    const engine = await lab.client();
    expect(await engine.named('/vms', 'hostedengine', engineVm)).toBeUndefined();
    expect(await engine.named('/vms', 'Hosted*', engineVm)).toBeUndefined();
    expect(await engine.named('/hosts', 'a "quoted" name', engineHost)).toBeUndefined();
    expect(await engine.find(NOWHERE, engineHost)).toBeUndefined();
    await expect(engine.get(NOWHERE, engineHost)).rejects.toMatchObject({
      type: 'NotFound',
      message: `GET ${NOWHERE}: the engine has no such object`,
    });
  });

  it('logs in once for requests that come together, and once more when the engine has lost the token', async () => {
    const since = await lab.control.now();
    const engine = await lab.client();
    const read = () => engine.list('/clusters', engineCluster);
    await Promise.all([read(), read(), read()]);
    expect(await lab.requests(since, LOGIN)).toHaveLength(1);
    await lab.control.fault({ target: 'engine', kind: 'token-expired', match: 'GET /ovirt-engine/api/clusters' });
    await Promise.all([read(), read(), read()]);
    expect(await lab.requests(since, LOGIN)).toHaveLength(2);
  });

  it('says who was refused, and why', async () => {
    await lab.control.fault({ target: 'engine', kind: 'auth-refused', match: 'oauth/token' });
    const engine = await lab.client();
    await expect(engine.list('/hosts', engineHost)).rejects.toMatchObject({
      type: 'AccessDenied',
      message: expect.stringMatching(
        /^Cannot log in as admin@internal at https:\S+\/ovirt-engine: Cannot authenticate user 'admin@internal'.*[^.]\.$/,
      ),
    });
  });

  it.each([
    [503, 'EngineUnreachable'],
    [502, 'EngineUnreachable'],
    [500, 'EngineUnreachable'],
    [403, 'AccessDenied'],
  ])('makes of %i a failure of type %s', async (status, type) => {
    const engine = await lab.client();
    await lab.control.fault({ target: 'engine', kind: 'http', match: 'GET /ovirt-engine/api/hosts', status });
    await expect(engine.list('/hosts', engineHost)).rejects.toMatchObject({ type });
  });

  it.each(['drop-before', 'drop-after'])('reads again after %s without fear, once by itself', async (kind) => {
    const engine = await lab.client();
    await lab.control.fault({ target: 'engine', kind, match: 'GET /ovirt-engine/api/hosts' });
    expect(await engine.list('/hosts', engineHost)).toHaveLength(2);
    await lab.control.fault({ target: 'engine', kind, match: 'GET /ovirt-engine/api/hosts', times: 2 });
    await expect(engine.list('/hosts', engineHost)).rejects.toMatchObject({ type: 'EngineUnreachable' });
    expect(await engine.list('/hosts', engineHost)).toHaveLength(2);
  });

  it('follows events by their index', async () => {
    const engine = await lab.client();
    const [latest] = await engine.events({ max: 1 });
    const host = (await engine.list('/hosts', engineHost))[1];
    await engine.send({ request: 'POST', path: `/hosts/${host?.id}/refresh` });
    const news = await engine.events({ since: latest?.index ?? 0 });
    expect(news.map(({ index }) => index)).toEqual([...news.map(({ index }) => index)].sort((a, b) => a - b));
    const own = await engine.events({ correlationId: engine.correlationId });
    expect(own).toMatchObject([{ code: 606, host: { name: 'host2.test.local' } }]);
    expect(news.map(({ id }) => id)).toContain(own[0]?.id);
  });
});
