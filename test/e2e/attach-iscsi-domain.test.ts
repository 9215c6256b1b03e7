import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { changeInventory } from '../support/change-inventory.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import { DomainSite } from './domain-site.ts';

const TARGET = 'iqn.2019-11.local.test:secure';
const FIRST = '172.20.32.7';
const SECOND = '172.20.32.8';
const LUN = '36001405e7b95d2c4a1f4c0d8b3e6a917';
const DOMAIN = {
  ...{ name: 'iscsi1', type: 'iscsi', address: FIRST, otherPortals: [{ address: SECOND }], target: TARGET, lun: LUN },
  chap: { user: 'ovirt', password: { file: 'secrets/iscsi-password' } },
};
const BY = { standingApproval: { by: 'Ada' } };

let site: DomainSite;

beforeAll(async () => {
  site = await DomainSite.open(DOMAIN);
});
afterAll(() => site?.close());
beforeEach(async () => {
  await site.fresh();
  changeInventory(site.stack.lab.inventory, ({ engine }) => {
    Object.assign(engine, { dataCenter: 'Datacenter1', cluster: 'Cluster1' });
  });
  site.describe();
});

/** What verifyDatacenter finds of this domain; the rest of the site is not built. */
async function drift(): Promise<readonly string[]> {
  const { report } = await (await site.stack.startWith('verifyDatacenter', {})).end();
  return (report?.plan?.refusals ?? []).map(({ what }) => what).filter((what) => what.includes('iscsi1'));
}

test('a wrong CHAP password parks the run; mended, hosts log in by both portals; verified, again, with what has drifted', async () => {
  const untouched = await site.stack.control.revision();
  const planned = await site.run({ mode: 'plan' });
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
  expect(await site.stack.control.revision()).toBe(untouched);

  const wrong = join(dirname(site.stack.lab.inventory), 'secrets', 'iscsi-wrong');
  writeFileSync(wrong, 'not-the-password', { mode: 0o600 });
  site.describe({ chap: { user: 'ovirt', password: { file: 'secrets/iscsi-wrong' } } });
  const since = await site.stack.control.now();
  const handle = await site.start();
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.title).toContain('Log host1 in to the target of iscsi1');
  expect(waiting?.show?.Diagnosis).toBe('The iSCSI target refuses the login');
  site.describe();
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
  const made = engineRequests(await site.stack.control.journal(since)).filter((line) => !line.includes('iscsi'));
  expect(withoutIds(made)).toEqual(['POST /storagedomains', 'POST /datacenters/ID/storagedomains']);
  for (const host of ['host1', 'host2']) {
    const sessions = await site.onHost(host, 'iscsiadm -m session');
    for (const portal of [FIRST, SECOND]) expect(sessions).toContain(`${portal}:3260,1 ${TARGET}`);
  }
  const secret = site.stack.lab.file('secrets/iscsi-password').trim();
  expect(JSON.stringify(end.report)).not.toContain(secret);

  const before = await site.stack.control.revision();
  const again = await site.run();
  expect(again.type, again.message).toBe('succeeded');
  expect(again.report?.decisions).toEqual([]);
  expect(await drift()).toEqual([]);
  site.describe({ otherPortals: [] });
  const further = (host: string) =>
    expect.stringContaining(
      `${host} is logged in to ${TARGET} by portal ${SECOND}:3260, which the inventory does not name`,
    );
  expect(await drift()).toEqual([further('host1'), further('host2')]);
  expect(await site.stack.control.revision()).toBe(before);
  site.describe();
  await site.stack.control.fault({ target: 'storage', kind: 'iscsi-portal-away', body: SECOND });
  const found = await drift();
  for (const host of ['host1', 'host2']) {
    expect(found).toContainEqual(
      expect.stringContaining(`LUN ${LUN} on ${host} has paths that are not active ready running`),
    );
    expect(found).toContainEqual(expect.stringContaining(`${host} learns of no target from portal ${SECOND}:3260`));
  }
});

test('refused before anything is touched where portal or target is not there; rolled back, no host is logged in', async () => {
  const before = await site.stack.control.revision();
  site.describe({ target: 'iqn.2019-11.local.test:none' });
  expect((await site.run(BY)).message).toContain(
    'portal 172.20.32.7:3260 offers host1 no target iqn.2019-11.local.test:none; it offers iqn.2019-11.local.test:data',
  );
  site.describe({ address: '172.20.32.99', otherPortals: [] });
  expect((await site.run(BY)).message).toContain(
    'host1 learns of no target from portal 172.20.32.99:3260: Failed discovery of iSCSI targets',
  );
  expect(await site.stack.control.revision()).toBe(before);

  site.describe();
  await site.stack.control.fault({
    ...{ target: 'engine', kind: 'http', match: 'POST .*/datacenters/[^/]+/storagedomains', status: 400 },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'Operation Failed', detail: '[Cannot attach Storage.]' }),
  });
  const handle = await site.start(BY);
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.title).toContain('Attach iscsi1');
  await handle.decide({ step: waiting?.id, verb: 'rollback', by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('rolledBack');
  for (const host of ['host1', 'host2']) expect(await site.onHost(host, 'iscsiadm -m session')).not.toContain(TARGET);
  expect(end.report?.remains.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^a backup of the engine/),
    `LUN ${LUN} was taken from the hosts with its domain: it may carry the label of a physical volume`,
  ]);
});
