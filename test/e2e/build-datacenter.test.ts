/**
 * The whole article as one run on bare hosts: unattended, through dead workers, a second time with nothing left to do; and
 * with people who answer everything through the parent, stop it half-way and have the rest done by another run.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decideSignal } from '../../workflows/messages.ts';
import { changeInventory } from '../support/change-inventory.ts';
import { hostInEngine } from '../support/engine-admin.ts';
import { engineRequests } from '../support/engine-requests.ts';
import type { End, RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { Cli } from './cli-command.ts';
import { executedChanges } from './executed.ts';

const RUNBOOK = 'buildDatacenter';
const BY = { standingApproval: { by: 'Ada' } };
const LIMIT = 1_200_000;

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), preset: 'bare', hosts: 3 });
});
afterAll(() => stack?.close());

async function run(input: object, runbook = RUNBOOK): Promise<End> {
  return (await stack.startWith(runbook, input)).end();
}

/** The parts of a plan, each with the states that its steps have. */
function parts({ report }: End): [string, string[]][] {
  const states = new Map<string, Set<string>>();
  for (const { title, state } of report?.plan?.steps ?? []) {
    const [part = ''] = title.split(': ');
    states.set(part, (states.get(part) ?? new Set()).add(state));
  }
  return [...states].map(([part, seen]) => [part, [...seen].sort()]);
}

/** Fence agents are asked for the state of the power, which changes nothing. */
const asksForPower = (text: string) => text.includes('/fence') && text.includes('"fence_type":"status"');

const findingsOf = ({ report }: End) => (report?.plan?.refusals ?? []).map(({ what }) => what);

test(
  'planned on bare hosts, built through dead workers, there already the second time',
  async () => {
    changeInventory(stack.lab.inventory, ({ storage }) => {
      storage.dataDomains.push({ name: 'nfs1', type: 'nfs', address: 'nas.test.local', path: '/exports/data' });
    });
    const untouched = await stack.control.revision();
    const planned = await run({ mode: 'plan' });
    expect(planned.type, planned.message).toBe('succeeded');
    expect(parts(planned)).toEqual([
      ['Check the description of the datacentre', ['already']],
      ['Deploy the hosted engine on host1', ['already', 'unknown', 'wouldDo']],
      ['Create the data center Default', ['unknown']],
      ['Create the cluster Default', ['unknown']],
      ['Add host2 with the hosted engine', ['unknown']],
      ['Add host3 with the hosted engine', ['unknown']],
      ['Configure fencing of host1', ['unknown']],
      ['Configure fencing of host2', ['unknown']],
      ['Configure fencing of host3', ['unknown']],
      ['Attach the storage domain data1', ['unknown']],
      ['Attach the storage domain nfs1', ['unknown']],
      ['Create the network ovirtvm-vlan432', ['unknown']],
      ['Upload CentOS-7-x86_64-Minimal-1908.iso', ['unknown']],
      ['Create the VM vm1', ['unknown']],
    ]);
    expect(await stack.control.revision()).toBe(untouched);

    const since = await stack.control.now();
    const handle = await stack.startWith(RUNBOOK, BY);
    const points = [
      ['process', /ovirt-runbook-\S+ .*--tags=create_storage_domain/],
      ['request', /^POST \/ovirt-engine\/api\/hosts\?/],
      ['request', /^POST \/ovirt-engine\/api\/datacenters\/[^/]+\/storagedomains/],
    ] as const;
    let from = since;
    for (const [kind, text] of points) {
      const entry = await stack.control.awaitEntry(from, (seen) => seen.kind === kind && text.test(seen.text));
      from = entry.n;
      await stack.worker.kill9();
      await stack.worker.start();
    }
    const { waiting } = await handle.until(
      (status) => status.phase === 'ended' || (status.waiting !== undefined && status.waiting.kind !== 'lock'),
    );
    expect(waiting).toBeUndefined();
    const end = await handle.end();
    expect(end.type, end.message).toBe('succeeded');
    expect(end.report?.remains).toEqual([]);
    expect(end.report?.children?.map(({ runbook, endState }) => [runbook, endState])).toEqual([
      ['deployHostedEngine', 'succeeded'],
      ['createDataCenter', 'succeeded'],
      ['createCluster', 'succeeded'],
      ['addHostedEngineHost', 'succeeded'],
      ['addHostedEngineHost', 'succeeded'],
      ['configureFencing', 'succeeded'],
      ['configureFencing', 'succeeded'],
      ['configureFencing', 'succeeded'],
      ['attachStorageDomain', 'succeeded'],
      ['attachStorageDomain', 'succeeded'],
      ['createLogicalNetwork', 'succeeded'],
      ['uploadIso', 'succeeded'],
      ['createHaVm', 'succeeded'],
    ]);
    expect((await stack.control.state()).engine).toMatchObject({
      vms: { vm1: { status: 'up', highlyAvailable: true } },
    });
    const requests = engineRequests(await stack.control.journal(since));
    expect(requests.filter((line) => /^POST \/(hosts|storagedomains)(\?|$)/.test(line))).toHaveLength(4);

    const built = await stack.control.revision();
    const later = await stack.control.now();
    const again = await run(BY);
    expect(again.type, again.message).toBe('succeeded');
    expect(again.report?.steps.filter(({ state }) => state === 'done').map(({ title }) => title)).toEqual([]);
    const journal = await stack.control.journal(later);
    expect(executedChanges(journal)).toEqual([]);
    expect(engineRequests(journal.filter(({ text }) => !asksForPower(text)))).toEqual([]);
    expect(await stack.control.revision()).toBe(built);

    const verified = await run({}, 'verifyDatacenter');
    expect(verified.type, verified.message).toBe('succeeded');
    await stack.control.event({ target: 'engine', action: 'edit-network', network: 'ovirtvm-vlan432', mtu: 9000 });
    await stack.control.event({ target: 'host2', action: 'stop-service', unit: 'firewalld' });
    await stack.control.fault({ target: 'storage', kind: 'nfs-permissions', body: '/exports/data' });
    const drifted = await run({}, 'verifyDatacenter');
    expect(drifted.type).toBe('failed');
    expect(findingsOf(drifted)).toEqual([
      'firewalld of host2 is not active and enabled',
      'Add host2 with the hosted engine: "Enable firewalld" is still to be done: firewalld is inactive/dead, enabled, it would take systemctl start firewalld',
      expect.stringMatching(/^Attach the storage domain nfs1: .*:\/exports\/data belongs to 0:0 with mode 755/),
      expect.stringMatching(
        /^Create the network .* MTU 9000, .*, it would take PUT \/networks\/[0-9a-f-]+ \{"mtu":1500\}$/,
      ),
      ...['host1', 'host2', 'host3'].map((host) =>
        expect.stringMatching(
          `^Create the network .*"Set up ovirtvm-vlan432 on ${host}" .* mtu is 1500 instead of 9000`,
        ),
      ),
    ]);
  },
  LIMIT,
);

const SYSTEM = 'Create the VM vm1: Install the system of vm1';
const STORAGE = 'Attach the storage domain data1: Create the storage domain data1';

/** Answers all that the run asks, at its parent, until it asks `last` or has ended. @returns what was asked */
async function answer(run: RunHandle, last?: string): Promise<string[]> {
  const asked: string[] = [];
  for (;;) {
    const { waiting, phase } = await run.until(
      (status) => status.phase === 'ended' || (status.waiting !== undefined && status.waiting.kind !== 'lock'),
    );
    if (phase === 'ended' || waiting === undefined) return asked;
    expect(waiting.kind, JSON.stringify(waiting)).toBe('approval');
    asked.push(waiting.title);
    if (waiting.title === last) return asked;
    if (waiting.title === SYSTEM) {
      await stack.control.event({ target: 'engine', action: 'vm-os-installed', vm: 'vm1' });
    }
    const yes = { ...waiting.answer, ...(waiting.typed !== undefined && { typed: waiting.typed }), by: 'Ada' };
    // Three doors: the command, the update, the signal.
    if (asked.length === 1) await approveByCommand(run);
    else if (asked.length % 2 === 0) await run.decide(yes);
    else await run.handle.signal(decideSignal, yes);
    await run.until((status) => status.phase === 'ended' || status.waiting?.id !== waiting.id);
  }
}

async function approveByCommand({ id }: RunHandle): Promise<void> {
  const env = { TEMPORAL_ADDRESS: temporalAddress(), TEMPORAL_NAMESPACE: stack.client.options.namespace };
  const { code, stderr } = await new Cli(stack.directory).run(['approve', id, '--by', 'Ada'], env);
  expect(code, stderr).toBe(0);
}

test(
  'with approvals: people answer at the parent, leave it half-built, and have only what is missing done by another run',
  async () => {
    await stack.fresh({ preset: 'bare', hosts: 3 });
    changeInventory(stack.lab.inventory, ({ hosts }) => {
      for (const host of hosts) if (host.name === 'host3') host.role = 'host';
    });
    const first = await stack.startWith(RUNBOOK, {});
    const asked = await answer(first, STORAGE);
    expect(asked[0]).toMatch(/^Deploy the hosted engine on host1: /);
    expect(asked).toContain('Add host2 with the hosted engine: Add the host to the engine');
    expect(asked).toContain('Add host3: Add the host to the engine');
    expect(asked.at(-1)).toBe(STORAGE);
    const { waiting } = await first.status();
    await first.decide({ ...waiting?.answer, verdict: 'reject', keep: true, by: 'Ada', note: 'tomorrow' });
    const half = await first.end();
    expect(half.type, half.message).toBe('rejected');
    expect(half.report?.remains.map(({ what }) => what).join('\n')).toContain('Add host3: Add the host');
    expect((await hostInEngine(stack.lab.inventory, 'host3')).status).toBe('up');
    expect((await stack.control.state()).hosts.host3).toMatchObject({ hostedEngineDeployed: false });

    const since = await stack.control.now();
    const second = await stack.startWith(RUNBOOK, {});
    const missing = await answer(second);
    const end = await second.end();
    expect(end.type, end.message).toBe('succeeded');
    expect(missing[0]).toBe(STORAGE);
    expect(missing).toContain(SYSTEM);
    const did = end.report?.steps.filter(({ id, state }) => state === 'done' && !id.includes('/'));
    expect(did?.map(({ title }) => title)).toEqual([
      'Attach the storage domain data1',
      'Create the network ovirtvm-vlan432',
      'Upload CentOS-7-x86_64-Minimal-1908.iso',
      'Create the VM vm1',
    ]);
    expect(new Set(end.report?.decisions.map(({ by }) => by))).toEqual(new Set(['Ada']));
    const requests = engineRequests(await stack.control.journal(since));
    expect(requests.filter((line) => /^POST \/(hosts|clusters|datacenters)(\?|$)/.test(line))).toEqual([]);
    expect((await stack.control.state()).engine).toMatchObject({
      vms: { vm1: { status: 'up', highlyAvailable: true } },
    });
    const verified = await run({}, 'verifyDatacenter');
    expect(verified.type, verified.message).toBe('succeeded');
  },
  LIMIT,
);
