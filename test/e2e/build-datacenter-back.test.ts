/**
 * A build that meets a host which lets nobody in, goes on with the others and, once that is mended, with this one; then
 * taken back whole from a half-built datacentre.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineCluster } from '../../connectors/engine/model/cluster.ts';
import { engineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { engineNetwork } from '../../connectors/engine/model/network.ts';
import { engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { changeInventory } from '../support/change-inventory.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { lookOnHost } from '../support/host-files.ts';
import type { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

const WRONG_KEY = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), preset: 'deployed', hosts: 4 });
  changeInventory(stack.lab.inventory, (site) => {
    Object.assign(site.engine, { dataCenter: 'Datacenter1', cluster: 'Cluster1' });
    // So that the hosts come behind something to do, and each is planned when its turn has come.
    site.cluster = { fencing: { skipIfConnectivityBroken: 60 } };
    for (const host of site.hosts) if (host.name === 'host3' || host.name === 'host4') host.role = 'host';
  });
});
afterAll(() => stack?.close());

/** Changes how the worker logs in to host3. @returns how it did before */
function logIn(change: Record<string, unknown>): Record<string, unknown> {
  let before: Record<string, unknown> = {};
  changeInventory(stack.lab.inventory, ({ hosts }) => {
    const host = hosts.find(({ name }) => name === 'host3');
    before = host?.ssh ?? {};
    Object.assign(host ?? {}, { ssh: { ...before, ...change } });
  });
  return before;
}

const secretFile = () => join(stack.lab.inventory, '..', 'secrets', 'host3-password');
const writeSecret = (password: string) => writeFileSync(secretFile(), password, { mode: 0o600 });

/** Gives the host a password to log in by, in place of its key. */
function byPassword(password: string): void {
  writeSecret(password);
  logIn({ key: undefined, password: { file: 'secrets/host3-password' } });
}

/** What the engine has, by names; without what it keeps of a domain or a host itself. */
async function engineSite() {
  return asAdmin(stack.lab.inventory, async (engine) => {
    const [hosts, domains, networks, clusters] = await Promise.all([
      engine.list('/hosts', engineHost),
      engine.list('/storagedomains', engineStorageDomain),
      engine.list('/networks', engineNetwork),
      engine.list('/clusters', engineCluster),
    ]);
    const agents = await Promise.all(hosts.map(({ id }) => engine.list(`/hosts/${id}/fenceagents`, engineFenceAgent)));
    return {
      hosts: hosts.map(({ name, status, power_management: power }, at) => ({
        ...{ name, status },
        fenced: power?.enabled === true,
        agents: agents[at]?.length,
      })),
      domains: domains.map(({ name }) => name),
      networks: networks.map(({ name }) => name),
      fencing: clusters.map(({ name, fencing_policy: policy }) => ({ name, policy })),
    };
  });
}

/** The question about a failed part, once it is another one than the last. */
async function asked(run: RunHandle, since = '') {
  const { waiting } = await run.until(
    (status) => status.waiting?.kind === 'parked' && (status.waiting.since ?? '') > since,
  );
  return waiting;
}

test('a host that lets nobody in is told with its reason while the others go on, mended by a new key and a new secret; then all is taken back', async () => {
  const before = await engineSite();
  const since = await stack.control.now();
  const match = 'PUT .*/clusters/';
  const held = await stack.control.fault({ target: 'engine', kind: 'hold-before', match });
  const run = await stack.startWith('buildDatacenter', {
    ...{ atATime: 1, stopAfter: 2 },
    standingApproval: { by: 'Ada' },
  });
  await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
  await run.decide({ verb: 'hold', by: 'Ada' });
  await stack.control.release(held);
  await run.until(({ phase }) => phase === 'holding');
  const { hostKey } = logIn({ hostKey: WRONG_KEY });
  await run.decide({ verb: 'resume', by: 'Ada' });

  const wrongKey = await asked(run);
  expect(wrongKey?.title).toContain('Add host3');
  expect(JSON.stringify(wrongKey)).toMatch(
    new RegExp(`Cannot connect to host3 at \\S+ over SSH: expected the host key ${WRONG_KEY}, but it shows SHA256:`),
  );
  // The one behind it has not waited.
  const { hosts: meanwhile } = await engineSite();
  expect(meanwhile.map(({ name, status }) => [name, status])).toContainEqual(['host4', 'up']);
  expect(meanwhile.map(({ name }) => name)).not.toContain('host3');

  logIn({ hostKey });
  byPassword('not the password');
  await run.decide({ ...wrongKey?.answer, verb: 'retry', by: 'Ada' });
  const wrongPassword = await asked(run, wrongKey?.since);
  expect(JSON.stringify(wrongPassword)).toMatch(
    /Cannot connect to host3 at \S+ over SSH: sshd refused the password of user root/,
  );
  expect(JSON.stringify(wrongPassword)).not.toContain('not the password');

  const match2 = 'POST .*/imagetransfers';
  await stack.control.fault({
    ...{ target: 'engine', kind: 'http', match: match2, status: 409, times: 50 },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'Operation Failed', detail: '[Cannot transfer the image.]' }),
  });
  writeSecret(stack.lab.file('secrets/host-root-password').trim());
  await run.decide({ ...wrongPassword?.answer, verb: 'retry', by: 'Ada' });
  const upload = await asked(run, wrongPassword?.since);
  expect(upload?.title).toMatch(/Upload CentOS/);
  const built = await engineSite();
  expect(built.hosts.filter(({ status, fenced }) => status === 'up' && fenced).map(({ name }) => name)).toHaveLength(4);
  expect([built.domains, built.networks]).toEqual([
    expect.arrayContaining(['data1']),
    expect.arrayContaining(['ovirtvm-vlan432']),
  ]);

  await run.decide({ ...upload?.answer, verb: 'rollback', by: 'Ada' });
  const { type, message, report } = await run.end();
  expect(type, message).toBe('rolledBack');
  expect(await engineSite()).toEqual(before);
  // What no undo takes back is told, and is there.
  const remains = report?.remains.map(({ what }) => what).join('\n') ?? '';
  expect(remains).toContain('host1 keeps the Kdump integration');
  for (const host of ['host3', 'host4']) {
    expect(remains).toContain(`what the engine installed on ${host}: packages of oVirt`);
    const { stdout } = await lookOnHost(stack.lab.inventory, host, 'rpm -q vdsm');
    expect(stdout).toMatch(/^vdsm-4\.30/);
  }
}, 1_200_000);
