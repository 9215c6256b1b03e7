import { describe, expect, it } from 'vitest';
import { EngineClient } from '../../../../connectors/engine/client.ts';
import { engineCluster } from '../../../../connectors/engine/model/cluster.ts';
import { engineDataCenter } from '../../../../connectors/engine/model/data-center.ts';
import { engineHost } from '../../../../connectors/engine/model/host.ts';
import { engineStorageDomain } from '../../../../connectors/engine/model/storage-domain.ts';
import { engineVm } from '../../../../connectors/engine/model/vm.ts';
import type { Answer, Exchange } from '../../../../connectors/engine/transport.ts';
import { recordedAnswer } from '../../../support/recorded.ts';

type Request = Omit<Exchange, 'ca'>;

/** A client whose requests end here. */
function client(answer: (request: Request, asked: URLSearchParams) => Answer): {
  engine: EngineClient;
  seen: Request[];
} {
  const seen: Request[] = [];
  const session = {
    url: 'https://engine/ovirt-engine',
    exchange: async (request: Request) => {
      seen.push(request);
      return answer(request, new URL(request.url).searchParams);
    },
    page: async (path: string) => answer({ method: 'GET', url: path, headers: {} }, new URLSearchParams()),
  };
  const call = { correlationId: 'c0ffee00-0000-8000-8000-000000000000', signal: new AbortController().signal };
  return { engine: new EngineClient(session, call), seen };
}

const json = (body: unknown): Answer => ({ status: 200, type: 'application/json', body: JSON.stringify(body) });

describe('reading', () => {
  it('asks as the engine wants to be asked', async () => {
    const { engine, seen } = client(() => recordedAnswer('251-host-one'));
    await engine.get('/hosts/1', engineHost);
    expect(seen).toMatchObject([
      {
        method: 'GET',
        url: 'https://engine/ovirt-engine/api/hosts/1?all_content=true',
        headers: {
          accept: 'application/json',
          'accept-language': 'en',
          'all-content': 'true',
          'correlation-id': 'c0ffee00-0000-8000-8000-000000000000',
          version: '4',
        },
      },
    ]);
  });

  it('reads recorded answers', async () => {
    const read = (name: string) => client(() => recordedAnswer(name)).engine;
    expect(await read('250-hosts-list').list('/hosts', engineHost)).toMatchObject([
      { status: 'up', spm: { status: expect.any(String), priority: 5 }, power_management: { enabled: false } },
      {},
    ]);
    expect(await read('252-host-all-content-header').get('/hosts/1', engineHost)).toMatchObject({
      network_operation_in_progress: false,
    });
    expect(await read('314-host-in-maintenance').get('/hosts/1', engineHost)).toMatchObject({ status: 'maintenance' });
    expect(await read('150-clusters-list').list('/clusters', engineCluster)).toMatchObject([
      { cpu: { architecture: expect.any(String) } },
      {},
    ]);
    expect(await read('109-datacenter-one').get('/datacenters/1', engineDataCenter)).toMatchObject({ local: false });
    expect(
      await read('353-storagedomain-in-datacenter-one').get('/datacenters/1/storagedomains/1', engineStorageDomain),
    ).toMatchObject({ status: 'active', master: true });
    expect(await read('426-vm-one').get('/vms/1', engineVm)).toMatchObject({ status: 'down', origin: 'ovirt' });
    expect(await read('102-datacenters-search-none').list('/datacenters', engineDataCenter)).toEqual([]);
    expect(await read('496-jobs-deactivate').jobs()).toMatchObject([
      { status: 'finished', description: expect.stringMatching(/^Invoking Activate Host/) },
    ]);
    const events = await read('495-events-search-correlation-deactivate').events({ correlationId: 'x' });
    expect(events.map(({ code }) => code)).toEqual([600]);
    expect(events.map(({ index }) => index)).toEqual(events.map(({ id }) => Number(id)));
  });

  it('says what of an answer is not understood', async () => {
    const { engine } = client(() =>
      json({ id: '1', name: 'h', address: 'a', status: 'up', hosted_engine: { score: 'x' } }),
    );
    await expect(engine.get('/hosts/1', engineHost)).rejects.toMatchObject({
      type: 'UnexpectedOutput',
      message: expect.stringMatching(/^GET \/hosts\/1: the engine's answer is not understood: hosted_engine\./),
      details: { sample: expect.stringContaining('"score":"x"') },
    });
  });

  it('quotes names, leaves odd ones to a look through all, and believes no search', async () => {
    const { engine, seen } = client(() => json({ host: [{ id: '1', name: 'My Host', address: 'a', status: 'up' }] }));
    expect(await engine.named('/hosts', 'my host', engineHost)).toBeUndefined();
    expect(await engine.named('/hosts', 'My Host', engineHost)).toMatchObject({ id: '1' });
    expect(await engine.named('/hosts', 'a"b*', engineHost)).toBeUndefined();
    const asked = seen.map(({ url }) => new URL(url).searchParams.get('search'));
    expect(asked).toEqual([
      'name="my host" sortby name asc page 1',
      'name="My Host" sortby name asc page 1',
      'sortby name asc page 1',
    ]);
  });

  it('refuses to choose between two of one name', async () => {
    const twice = { alias: 'd', name: 'd', id: '1', address: '', status: 'ok' };
    const { engine } = client(() => json({ disk: [twice, { ...twice, id: '2' }] }));
    await expect(engine.named('/disks', 'd', engineHost)).rejects.toMatchObject({
      type: 'PreconditionFailed',
      message: 'the engine has 2 objects named d in /disks',
    });
  });
});

describe('long lists', () => {
  const hosts = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ id: `${n}`, name: `h${n}`, address: `a${n}`, status: 'up' }));
  const page = (all: object[], asked: URLSearchParams): Answer => {
    const number = Number(/page (\d+)$/.exec(asked.get('search') ?? '')?.[1]);
    const max = Number(asked.get('max'));
    const part = all.slice((number - 1) * max, number * max);
    return json(part.length === 0 ? {} : { host: part });
  };

  it.each([0, 1, 199, 200, 201, 450])('has all %i members', async (count) => {
    const { engine } = client((_request, asked) => page(hosts(count), asked));
    expect((await engine.list('/hosts', engineHost)).map(({ id }) => id)).toEqual(hosts(count).map(({ id }) => id));
  });

  it('neither skips nor doubles when a member goes while pages are turned', async () => {
    let all = hosts(450);
    let requests = 0;
    const { engine } = client((_request, asked) => {
      requests += 1;
      const answer = page(all, asked);
      if (requests === 1) all = all.slice(1);
      return answer;
    });
    const ids = (await engine.list('/hosts', engineHost)).map(({ id }) => id);
    expect(ids).toEqual(all.map(({ id }) => id));
    expect(requests).toBe(9);
  });

  it('gives up on a list that never holds still', async () => {
    let turn = 0;
    const { engine } = client((_request, asked) => {
      turn += 1;
      return page(hosts(450).slice(turn), asked);
    });
    await expect(engine.list('/hosts', engineHost)).rejects.toMatchObject({ type: 'EngineBusy' });
  });
});

describe('sending', () => {
  it('sends what the plan shows, with its secrets', async () => {
    const { renderRequest } = await import('../../../../connectors/engine/index.ts');
    const request = {
      request: 'POST',
      path: '/hosts',
      query: { deploy_hosted_engine: 'true' },
      body: { name: 'host2', ssh: { port: 22 } },
      secrets: { root_password: async () => 'a"b', 'ssh.user.password': async () => 'other' },
    } as const;
    expect(renderRequest(request)).toBe(
      'POST /hosts?deploy_hosted_engine=true {"name":"host2","ssh":{"port":22,"user":{"password":"(secret)"}},"root_password":"(secret)"}',
    );
    const { engine, seen } = client(() => json({ id: '1' }));
    await engine.send(request);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: 'https://engine/ovirt-engine/api/hosts?deploy_hosted_engine=true',
      headers: { 'content-type': 'application/json', 'correlation-id': engine.correlationId },
    });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      name: 'host2',
      ssh: { port: 22, user: { password: 'other' } },
      root_password: 'a"b',
    });
  });

  it('gives an action without arguments an empty body, a removal none', async () => {
    const { engine, seen } = client(() => json({ status: 'complete' }));
    await engine.send({ request: 'POST', path: '/hosts/1/activate' });
    await engine.send({ request: 'DELETE', path: '/hosts/1' });
    expect(seen.map(({ method, body }) => [method, body])).toEqual([
      ['POST', '{}'],
      ['DELETE', undefined],
    ]);
  });
});
