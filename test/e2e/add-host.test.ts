/** Ordinary hosts, for VMs other than the engine's: one alone, and several as parts of a whole. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { reportMarkdown } from '../../reports/markdown.ts';
import type { StepView } from '../../workflows/contract.ts';
import { changeInventory } from '../support/change-inventory.ts';
import { hostInEngine } from '../support/engine-admin.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { executedChanges } from './executed.ts';

const DEPLOYED = { preset: 'deployed', hosts: 3 };
const ADD = /^POST \/ovirt-engine\/api\/hosts\?/;
const CHANGE = /^(POST|PUT|DELETE) \/ovirt-engine\/api\//;
const LIMIT = 300_000;
const YES = { standingApproval: { by: 'Ada' } };
const approved = { host: 'host3', ...YES };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

function onlyOtherVms(name: string): void {
  changeInventory(stack.lab.inventory, ({ hosts }) => {
    for (const host of hosts) if (host.name === name) host.role = 'host';
  });
}

test(
  'a host for other VMs only: added without the hosted engine and without its LUN, there already, taken back',
  async () => {
    onlyOtherVms('host3');
    await stack.control.fault({ target: 'host3', kind: 'lun-missing-path' });
    const before = await stack.control.state();
    const refused = await stack.run('addHostedEngineHost', approved);
    expect(refused.message).toContain('the inventory gives host3 the role host');
    expect((await stack.run('addHost', { host: 'host2' })).message).toContain(
      'the inventory gives host2 the role hostedEngine',
    );
    expect((await stack.control.state()).revision).toBe(before.revision);

    // The engine starts anew while it installs: the step that began it begins again, in place.
    const since = await stack.control.now();
    const hold = await stack.control.fault({
      target: 'host3',
      kind: 'hold-before',
      match: '- /usr/bin/yum -y install ovirt-host ',
    });
    const handle = await stack.start(approved, 'addHost');
    await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
    await stack.control.fault({ target: 'engine', kind: 'restart' });
    await stack.control.release(hold);
    const end = await handle.end();
    expect(end.type, end.message).toBe('succeeded');
    expect((await stack.control.requests(since, CHANGE)).map(({ text }) => text.replace(/\n/, ' '))).toEqual([
      'POST /ovirt-engine/api/hosts?activate=true {"name":"host3","address":"host3.test.local","cluster":{"name":"Cluster1"},"ssh":{"authentication_method":"publickey"}}',
      expect.stringMatching(/^POST \S+\/install \{"ssh":\{"authentication_method":"publickey"\},"activate":true\}$/),
    ]);
    const added = await hostInEngine(stack.lab.inventory, 'host3');
    expect([added.status, added.hosted_engine?.configured]).toEqual(['up', undefined]);
    expect((await stack.control.state()).hosts.host3).toMatchObject({ hostedEngineDeployed: false });

    const { revision } = await stack.control.state();
    const second = await stack.run('addHost', approved);
    expect(new Set(second.report?.steps.map(({ state }) => state))).toEqual(new Set(['already', 'passed']));
    expect((await stack.control.state()).revision).toBe(revision);

    // Taken back from an engine that starts anew while the host goes into maintenance: no installation of ours is lost
    // with it, so the undo just goes on.
    await stack.fresh(DEPLOYED);
    onlyOtherVms('host3');
    const later = await stack.control.now();
    const cancelled = await stack.start(approved, 'addHost');
    await stack.control.awaitEntry(later, ({ kind, text }) => kind === 'request' && ADD.test(text));
    await cancelled.handle.cancel();
    const resting = await stack.control.fault({ target: 'engine', kind: 'hold-after', match: '/deactivate' });
    await stack.control.awaitEntry(later, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-after'));
    await stack.control.fault({ target: 'engine', kind: 'restart' });
    await stack.control.release(resting);
    const back = await cancelled.end();
    expect(back.type, back.message).toBe('cancelled');
    expect(
      (await stack.control.requests(later, CHANGE)).map(({ text }) => text.replace(/([-0-9a-f]{36}|\?).*/s, '')),
    ).toEqual(['POST /ovirt-engine/api/hosts', 'POST /ovirt-engine/api/hosts/', 'DELETE /ovirt-engine/api/hosts/']);
    await expect(hostInEngine(stack.lab.inventory, 'host3')).rejects.toThrow('the engine has no host host3');
    expect((await cancelled.record()).remains.map(({ what }) => what).join('\n')).toContain(
      'what the engine installed on host3',
    );
  },
  LIMIT,
);

const ORDINARY = ['host3', 'host4', 'host5', 'host6'];

/** The engine and two hosts that can run it, and four more that are missing; nothing else is wished. */
function describeHosts(): void {
  changeInventory(stack.lab.inventory, (site) => {
    Object.assign(site.engine, { dataCenter: 'Datacenter1', cluster: 'Cluster1' });
    site.hosts = site.hosts.map(({ bmc: _bmc, ...host }) => ({
      ...host,
      role: ORDINARY.includes(host.name) ? 'host' : host.role,
    }));
    Object.assign(site, { networks: [], isos: [], vms: [] });
    site.storage.dataDomains = [];
  });
}

/** The hosts that something was changed on, by commands of ours or by an engine that was asked to add them. */
async function worked(since: number): Promise<string[]> {
  const journal = await stack.control.journal(since);
  const hosts = journal.flatMap((entry) => {
    const added = ADD.test(entry.text) ? /"name":"(host\d)"/.exec(entry.text)?.[1] : undefined;
    return added ?? (executedChanges([entry]).length > 0 ? entry.target : []);
  });
  return [...new Set(hosts)].sort();
}

/** Holds what makes the engine add a host, until it is released. */
async function holdAdding(host: string): Promise<{ reached: Promise<unknown>; release: () => Promise<void> }> {
  const since = await stack.control.now();
  const match = `POST /ovirt-engine/api/hosts\\?[\\s\\S]*"name":"${host}"`;
  const id = await stack.control.fault({ target: 'engine', kind: 'hold-before', match });
  const reached = stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && new RegExp(match).test(text));
  return { reached, release: () => stack.control.release(id) };
}

/** The parts of a run that add hosts, and their states. */
const adding = (steps: readonly StepView[]) => steps.filter(({ id }) => /^add-host\d[^/]*$/.test(id));
const states = (steps: readonly StepView[]) => adding(steps).map(({ title, state }) => `${title}: ${state}`);

/** How many of them were at work at the same time. */
function mostAtATime(steps: readonly StepView[]): number {
  const begun = adding(steps).filter(({ startedAt }) => startedAt !== undefined);
  const at = (moment = '') =>
    begun.filter(({ startedAt = '', endedAt = '' }) => startedAt <= moment && moment < endedAt);
  return Math.max(...begun.map(({ startedAt }) => at(startedAt).length));
}

test(
  'several are missing: two at a time; one that fails keeps others from beginning, the one beside it ends; another run does the rest',
  async () => {
    await stack.fresh({ preset: 'deployed', hosts: 6 });
    describeHosts();
    const since = await stack.control.now();
    const third = await holdAdding('host3');
    await stack.control.fault({
      target: 'host4',
      kind: 'exit',
      match: '^ovirt-runbook-\\S+ yum -y install http',
      exit: 1,
      stderr:
        'Cannot open: http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm. Skipping.\nError: Nothing to do\n',
    });
    const first = await stack.startWith('buildDatacenter', { ...YES, atATime: 2, stopAfter: 1 });
    await third.reached;
    const { waiting } = await first.waitingFor('parked');
    expect(waiting?.id).toBe('add-host4/install-the-ovirt-release-package');
    expect(waiting?.reason?.[0]).toContain('yum cannot open http://resources.ovirt.org/');
    await third.release();
    const { steps } = await first.until((status) => states(status.steps).includes('Add host3: done'));
    expect(states(steps).slice(1)).toEqual([
      'Add host3: done',
      'Add host4: running',
      'Add host5: pending',
      'Add host6: pending',
    ]);
    await first.decide({ ...waiting?.answer, verb: 'abort', by: 'Ada' });
    const half = await first.end();
    expect(half.type, half.message).toBe('aborted');
    expect(await worked(since)).toEqual(['host1', 'host2', 'host3', 'host4']);
    const { report } = half;
    if (report === undefined) throw new Error('the run left no report');
    expect(mostAtATime(report.steps)).toBe(2);
    const proof = reportMarkdown(report);
    for (const host of ['host5', 'host6']) expect(proof).toContain(`| Add ${host} | not begun |`);
    expect((await hostInEngine(stack.lab.inventory, 'host3')).status).toBe('up');

    const later = await stack.control.now();
    const [fourth, fifth] = [await holdAdding('host4'), await holdAdding('host5')];
    const second = await stack.startWith('buildDatacenter', { ...YES, atATime: 2 });
    await Promise.all([fourth.reached, fifth.reached]);
    expect(await worked(later)).toEqual(['host4', 'host5']);
    await fifth.release();
    await stack.control.awaitEntry(later, (entry) => entry.target === 'host6' && executedChanges([entry]).length > 0);
    expect((await hostInEngine(stack.lab.inventory, 'host5')).status).toBe('up');
    await fourth.release();
    const end = await second.end();
    expect(end.type, end.message).toBe('succeeded');
    expect(mostAtATime(end.report?.steps ?? [])).toBe(2);
    expect(states(end.report?.steps ?? [])).toEqual([
      'Add host2 with the hosted engine: already',
      'Add host3: already',
      'Add host4: done',
      'Add host5: done',
      'Add host6: done',
    ]);
    expect(await worked(later)).toEqual(['host4', 'host5', 'host6']);
    expect(await stack.control.requests(later, ADD)).toHaveLength(3);
  },
  LIMIT,
);
