import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import {
  createStorageDomain,
  loginIscsiTarget,
  logoutIscsiTarget,
  preflightStorageDomain,
} from '../../../activities/storage/index.ts';
import { hasSession, judgeTargets } from '../../../activities/storage/iscsi.ts';
import { bodyToSend, renderRequest } from '../../../connectors/engine/request.ts';

const TARGET = 'iqn.2019-11.local.test:secure';
const LUN = '36001405e7b95d2c4a1f4c0d8b3e6a917';
const WISH = { name: 'iscsi1', type: 'iscsi' as const, address: '172.20.32.7', target: TARGET, lun: LUN };
const CHAP = { user: 'ovirt', password: { file: 'secrets/iscsi-password' } };
const SECRET = 'it is "secret"';
const context = (change: object = {}) =>
  ({
    inventory: { storage: { dataDomains: [{ ...WISH, ...change }] } },
    secret: async () => SECRET,
  }) as unknown as OperationContext;
const host = { id: '7', name: 'host1', inventoryName: 'host1', status: 'up' };

describe('loginIscsiTarget', () => {
  const decide = (reached: boolean, change: object = {}) =>
    loginIscsiTarget.decide({ host, reached } as never, { name: 'iscsi1', host: 'host1' }, context(change));

  it('does nothing where the host has the LUN from this target', () => {
    expect(decide(true)).toMatchObject({ state: 'already', changes: [] });
  });

  it('sends the password of CHAP, and shows it nowhere', async () => {
    const { changes, undo } = decide(false, { chap: CHAP, port: 3261 });
    const [login] = changes;
    if (login === undefined) throw new Error('nothing is sent');
    const shown = { address: '172.20.32.7', port: 3261, target: TARGET, username: 'ovirt', password: '(secret)' };
    expect(renderRequest(login)).toBe(`POST /hosts/7/iscsilogin ${JSON.stringify({ iscsi: shown })}`);
    expect(JSON.parse((await bodyToSend(login)) ?? '')).toEqual({ iscsi: { ...shown, password: SECRET } });
    expect(undo?.call).toEqual({ operation: 'logoutIscsiTarget', params: { host: 'host1', target: TARGET, lun: LUN } });
    expect(JSON.stringify(undo)).not.toContain('secret');
  });

  it('logs in as anybody where the inventory has no CHAP', () => {
    expect(decide(false).changes).toEqual([
      {
        ...{ request: 'POST', path: '/hosts/7/iscsilogin' },
        body: { iscsi: { address: '172.20.32.7', port: 3260, target: TARGET } },
      },
    ]);
  });
});

describe('logoutIscsiTarget', () => {
  const decide = (open: boolean, used?: string) =>
    logoutIscsiTarget.decide({ open, ...(used && { used }) }, { host: 'host1', target: TARGET, lun: LUN }, context());

  it('ends sessions and forgets how they began, but for those of a domain', () => {
    expect(decide(false)).toMatchObject({ state: 'already', changes: [] });
    expect(decide(true).changes.map(({ argv }) => argv.join(' '))).toEqual([
      `iscsiadm -m node -T ${TARGET} -u`,
      `iscsiadm -m node -T ${TARGET} -o delete`,
    ]);
    expect(decide(true, 'data9')).toMatchObject({
      state: 'already',
      changes: [],
      leaves: { what: `host1 stays logged in to ${TARGET}: storage domain data9 lies there` },
    });
  });

  it('tells sessions by their target', () => {
    const listed = `tcp: [1] 172.20.32.7:3260,1 ${TARGET} (non-flash)\n`;
    expect(hasSession(listed, TARGET)).toBe(true);
    expect(hasSession(listed, TARGET.slice(0, -1))).toBe(false);
    expect(hasSession('iscsiadm: No active sessions.\n', TARGET)).toBe(false);
  });
});

describe('a portal', () => {
  it('has to name the target to the host', () => {
    const judge = (seen: Parameters<typeof judgeTargets>[1]) =>
      judgeTargets('host1', seen, WISH).map(({ what }) => what);
    expect(judge({ targets: ['iqn.2019-11.local.test:data', TARGET] })).toEqual([]);
    expect(judge({ targets: ['iqn.2019-11.local.test:data', 'iqn.2019-11.local.test:data'] })).toEqual([
      `portal 172.20.32.7:3260 offers host1 no target ${TARGET}; it offers iqn.2019-11.local.test:data`,
    ]);
    expect(judge({ fault: 'Failed discovery of iSCSI targets' })).toEqual([
      'host1 learns of no target from portal 172.20.32.7:3260: Failed discovery of iSCSI targets',
    ]);
  });
});

describe('a domain on an iSCSI LUN', () => {
  const unseen = { wwid: LUN, signatures: [], children: [] };
  const dataCenter = { id: '1', name: 'D', status: 'up' };
  const decide = (loggedIn: boolean, facts: object = {}) =>
    preflightStorageDomain.decide(
      {
        ...{ dataCenter, hosts: [host], strangers: [], exports: new Map(), owners: new Map() },
        ...{ targets: new Map([['host1', { targets: [TARGET] }]]), seen: new Map([['host1', unseen]]) },
        ...facts,
      } as never,
      { name: 'iscsi1', dataCenter: 'D', ...(loggedIn && { loggedIn }) },
      context(),
    );

  it('needs hosts that log in first; one that still does not see the LUN is a finding', () => {
    expect(decide(false)).toMatchObject({ state: 'already', output: { logins: ['host1'], exists: false } });
    const { state, findings } = decide(true);
    expect([state, findings?.map(({ what }) => what)]).toEqual(['refused', [`LUN ${LUN} is not visible on host1`]]);
  });

  it('needs no login where the engine has the domain: the LUN has to be seen', () => {
    const domain = { id: '5', name: 'iscsi1', storage: { type: 'iscsi' } };
    expect(decide(false, { domain }).state).toBe('refused');
  });

  it('is made with what the engine needs to reach its LUN, the password unseen', async () => {
    const { changes, undo } = createStorageDomain.decide(
      { dataCenter, hosts: [host] } as never,
      { name: 'iscsi1', dataCenter: 'D' },
      context({ chap: CHAP }),
    );
    const [request] = changes;
    if (request === undefined) throw new Error('nothing is sent');
    expect(renderRequest(request)).toContain('"username":"ovirt","password":"(secret)"}]');
    expect(JSON.parse((await bodyToSend(request)) ?? '').storage.logical_units.logical_unit).toEqual([
      { id: LUN, address: '172.20.32.7', port: 3260, target: TARGET, username: 'ovirt', password: SECRET },
    ]);
    expect(undo?.call.params).toEqual({ name: 'iscsi1', lun: { wwid: LUN, held: [] } });
  });
});
