import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { changeInventory } from '../support/change-inventory.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import { lookOnHost } from '../support/host-files.ts';
import type { End } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

const DEPLOYED = { preset: 'deployed', hosts: 2 };
const RUNBOOK = 'attachStorageDomain';
const INPUT = { name: 'iscsi1', dataCenter: 'Datacenter1' };
const TARGET = 'iqn.2019-11.local.test:secure';
const FIRST = '172.20.32.7';
const SECOND = '172.20.32.8';
const LUN = '36001405e7b95d2c4a1f4c0d8b3e6a917';
const BY = { standingApproval: { by: 'Ada' } };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(async () => {
  await stack.fresh(DEPLOYED);
  describe({});
});

/** Describes iscsi1 in the lab's inventory, beside what is there. */
function describe(change: object): void {
  const chap = { user: 'ovirt', password: { file: 'secrets/iscsi-password' } };
  const otherPortals = [{ address: SECOND }];
  const domain = {
    name: 'iscsi1',
    type: 'iscsi',
    address: FIRST,
    otherPortals,
    target: TARGET,
    lun: LUN,
    chap,
    ...change,
  };
  changeInventory(stack.lab.inventory, ({ engine, storage }) => {
    Object.assign(engine, { dataCenter: INPUT.dataCenter, cluster: 'Cluster1' });
    storage.dataDomains = [...storage.dataDomains.filter((one) => !('target' in one)), domain];
  });
}

async function run(input: object = {}): Promise<End> {
  return (await stack.startWith(RUNBOOK, { ...INPUT, ...input })).end();
}

const revision = async () => (await stack.control.state()).revision;
/** What verifyDatacenter finds of this domain; the rest of the site is not built. */
async function drift(): Promise<readonly string[]> {
  const { report } = await (await stack.startWith('verifyDatacenter', {})).end();
  return (report?.plan?.refusals ?? []).map(({ what }) => what).filter((what) => what.includes('iscsi1'));
}
const onHost = async (host: string, command: string) => (await lookOnHost(stack.lab.inventory, host, command)).stdout;

test('a wrong CHAP password parks the run; mended, hosts log in by both portals; verified, again, with what has drifted', async () => {
  const untouched = await revision();
  const planned = await run({ mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  const steps = planned.report?.plan?.steps ?? [];
  expect(steps.map(({ title, state }) => [title, state]).slice(0, 4)).toEqual([
    ['Check the storage of iscsi1', 'already'],
    ['Log host1 in to the target of iscsi1', 'wouldDo'],
    ['Log host2 in to the target of iscsi1', 'wouldDo'],
    ['Check the LUN of iscsi1', 'unknown'],
  ]);
  expect(
    steps[1]?.commands?.map(
      (line) => /"address":"([^"]+)".*"username":"ovirt","password":"\(secret\)"/.exec(line)?.[1],
    ),
  ).toEqual([FIRST, SECOND]);
  expect(await revision()).toBe(untouched);

  const wrong = join(dirname(stack.lab.inventory), 'secrets', 'iscsi-wrong');
  writeFileSync(wrong, 'not-the-password', { mode: 0o600 });
  describe({ chap: { user: 'ovirt', password: { file: 'secrets/iscsi-wrong' } } });
  const since = await stack.control.now();
  const handle = await stack.startWith(RUNBOOK, INPUT);
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.title).toContain('Log host1 in to the target of iscsi1');
  expect(waiting?.show?.Diagnosis).toBe('The iSCSI target refuses the login');
  describe({});
  rmSync(wrong);
  await handle.decide({ step: waiting?.id, verb: 'retry', by: 'Ada' });
  const approval = await handle.waitingFor('approval');
  expect(approval.waiting?.show).toMatchObject({
    Storage: `LUN ${LUN}, 500G, LIO-ORG secure, 2 of 2 paths`,
    'Will be destroyed': 'nothing: the storage is empty',
  });
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  const made = engineRequests(await stack.control.journal(since)).filter((line) => !line.includes('iscsi'));
  expect(withoutIds(made)).toEqual(['POST /storagedomains', 'POST /datacenters/ID/storagedomains']);
  for (const host of ['host1', 'host2']) {
    const sessions = await onHost(host, 'iscsiadm -m session');
    for (const portal of [FIRST, SECOND]) expect(sessions).toContain(`${portal}:3260,1 ${TARGET}`);
  }
  const secret = stack.lab.file('secrets/iscsi-password').trim();
  expect(JSON.stringify(end.report)).not.toContain(secret);

  const before = await revision();
  const again = await run();
  expect(again.type, again.message).toBe('succeeded');
  expect(again.report?.decisions).toEqual([]);
  expect(await drift()).toEqual([]);
  describe({ otherPortals: [] });
  const further = (host: string) =>
    expect.stringContaining(
      `${host} is logged in to ${TARGET} by portal ${SECOND}:3260, which the inventory does not name`,
    );
  expect(await drift()).toEqual([further('host1'), further('host2')]);
  expect(await revision()).toBe(before);
  describe({});
  await stack.control.fault({ target: 'storage', kind: 'iscsi-portal-away', body: SECOND });
  const found = await drift();
  for (const host of ['host1', 'host2']) {
    expect(found).toContainEqual(
      expect.stringContaining(`LUN ${LUN} on ${host} has paths that are not active ready running`),
    );
    expect(found).toContainEqual(expect.stringContaining(`${host} learns of no target from portal ${SECOND}:3260`));
  }
});

test('refused before anything is touched where portal or target is not there; rolled back, no host is logged in', async () => {
  const before = await revision();
  describe({ target: 'iqn.2019-11.local.test:none' });
  expect((await run(BY)).message).toContain(
    'portal 172.20.32.7:3260 offers host1 no target iqn.2019-11.local.test:none; it offers iqn.2019-11.local.test:data',
  );
  describe({ address: '172.20.32.99', otherPortals: [] });
  expect((await run(BY)).message).toContain(
    'host1 learns of no target from portal 172.20.32.99:3260: Failed discovery of iSCSI targets',
  );
  expect(await revision()).toBe(before);

  describe({});
  await stack.control.fault({
    ...{ target: 'engine', kind: 'http', match: 'POST .*/datacenters/[^/]+/storagedomains', status: 400 },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'Operation Failed', detail: '[Cannot attach Storage.]' }),
  });
  const handle = await stack.startWith(RUNBOOK, { ...INPUT, ...BY });
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.title).toContain('Attach iscsi1');
  await handle.decide({ step: waiting?.id, verb: 'rollback', by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('rolledBack');
  for (const host of ['host1', 'host2']) expect(await onHost(host, 'iscsiadm -m session')).not.toContain(TARGET);
  expect(end.report?.remains.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^a backup of the engine/),
    `LUN ${LUN} was taken from the hosts with its domain: it may carry the label of a physical volume`,
  ]);
});
