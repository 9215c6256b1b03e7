import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import {
  createStorageDomain,
  loginIscsiTarget,
  logoutIscsiTarget,
  preflightStorageDomain,
} from '../../../activities/storage/index.ts';
import { judgeTargets } from '../../../activities/storage/portals.ts';
import { judgeConnections, judgeFurther, parseSessions, sortSessions } from '../../../activities/storage/sessions.ts';
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

const FIRST = { address: '172.20.32.7', port: 3260 };
const SECOND = { address: '172.20.32.8', port: 3260 };

describe('loginIscsiTarget', () => {
  const decide = (reached: boolean, seen: readonly string[], change: object = {}) =>
    loginIscsiTarget.decide(
      {
        host,
        reached,
        sessions: sortSessions(seen, [FIRST, ...((change as { otherPortals?: [] }).otherPortals ?? [])]),
      } as never,
      { name: 'iscsi1', host: 'host1' },
      context(change),
    );

  it('does nothing where the host has the LUN from this target by all portals', () => {
    expect(decide(true, ['172.20.32.7:3260'])).toMatchObject({ state: 'already', changes: [] });
    expect(decide(true, ['172.20.32.7:3260'], { otherPortals: [SECOND] }).state).toBe('wouldDo');
  });

  it('logs in by the portals that are missing, one after the other; the undo takes back these only', () => {
    const { changes, undo } = decide(true, ['172.20.32.7:3260'], { otherPortals: [SECOND] });
    expect(loginIscsiTarget.inTurns).toBe(true);
    expect(changes.map(({ body }) => body)).toEqual([{ iscsi: { ...SECOND, target: TARGET } }]);
    expect(undo?.call.params).toMatchObject({ portals: [SECOND] });
    expect(decide(false, [], { otherPortals: [SECOND] }).changes).toHaveLength(2);
  });

  it('asks again by a session that has not brought the LUN, which no undo ends', () => {
    const { changes, undo } = decide(false, ['172.20.32.7:3260']);
    expect(changes).toHaveLength(1);
    expect(undo).toBeUndefined();
  });

  it('sends the password of CHAP, and shows it nowhere', async () => {
    const { changes, undo } = loginIscsiTarget.decide(
      { host, reached: false, sessions: sortSessions([], [{ ...FIRST, port: 3261 }]) } as never,
      { name: 'iscsi1', host: 'host1' },
      context({ chap: CHAP, port: 3261 }),
    );
    const [login] = changes;
    if (login === undefined) throw new Error('nothing is sent');
    const shown = { address: '172.20.32.7', port: 3261, target: TARGET, username: 'ovirt', password: '(secret)' };
    expect(renderRequest(login)).toBe(`POST /hosts/7/iscsilogin ${JSON.stringify({ iscsi: shown })}`);
    expect(JSON.parse((await bodyToSend(login)) ?? '')).toEqual({ iscsi: { ...shown, password: SECRET } });
    expect(undo?.call).toEqual({
      operation: 'logoutIscsiTarget',
      params: { host: 'host1', target: TARGET, lun: LUN, portals: [{ ...FIRST, port: 3261 }] },
    });
    expect(JSON.stringify(undo)).not.toContain('secret');
  });

  it('logs in as anybody where the inventory has no CHAP', () => {
    expect(decide(false, []).changes).toEqual([
      { request: 'POST', path: '/hosts/7/iscsilogin', body: { iscsi: { ...FIRST, target: TARGET } } },
    ]);
  });
});

describe('logoutIscsiTarget', () => {
  const decide = (open: string[][], used?: string) =>
    logoutIscsiTarget.decide({ open, ...(used && { used }) }, { host: 'host1', target: TARGET, lun: LUN }, context());

  it('ends sessions and forgets how they began, but for those of a domain', () => {
    const by = ['-T', TARGET, '-p', '172.20.32.8:3260'];
    expect(decide([])).toMatchObject({ state: 'already', changes: [] });
    expect(decide([by]).changes.map(({ argv }) => argv.join(' '))).toEqual([
      `iscsiadm -m node -T ${TARGET} -p 172.20.32.8:3260 -u`,
      `iscsiadm -m node -T ${TARGET} -p 172.20.32.8:3260 -o delete`,
    ]);
    expect(decide([by], 'data9')).toMatchObject({
      state: 'already',
      changes: [],
      leaves: { what: `host1 stays logged in to ${TARGET}: storage domain data9 lies there` },
    });
  });
});

describe('the sessions of a host', () => {
  it('are told by target and portal', () => {
    const listed = `tcp: [1] 172.20.32.7:3260,1 ${TARGET} (non-flash)\ntcp: [2] [fe80::1]:3260,1 ${TARGET} (non-flash)\n`;
    expect(parseSessions(listed, TARGET)).toEqual(['172.20.32.7:3260', 'fe80::1:3260']);
    expect(parseSessions(listed, TARGET.slice(0, -1))).toEqual([]);
    expect(parseSessions('iscsiadm: No active sessions.\n', TARGET)).toEqual([]);
  });

  it('are compared with the portals of the inventory, names by what they resolve to', () => {
    const named = { address: 'san.test.local', port: 3260 };
    const seen = sortSessions(['172.20.32.7:3260', '172.20.32.9:3260'], [named, SECOND], {
      'san.test.local': ['172.20.32.7'],
    });
    expect(seen).toMatchObject({ open: [named], missing: [SECOND], further: ['172.20.32.9:3260'] });
    expect(judgeFurther('host1', seen, WISH).map(({ what }) => what)).toEqual([
      `host1 is logged in to ${TARGET} by portal 172.20.32.9:3260, which the inventory does not name`,
    ]);
  });

  it('come back only by the portals that the engine knows', () => {
    const units = [{ id: LUN, ...FIRST, target: TARGET }];
    const domain = { storage: { volume_group: { logical_units: units } } } as never;
    expect(judgeConnections(domain, WISH, {})).toEqual([]);
    const [finding] = judgeConnections(domain, { ...WISH, otherPortals: [SECOND] }, {});
    expect(finding?.what).toBe(
      'the engine does not reach storage domain iscsi1 by portal 172.20.32.8:3260; it knows 172.20.32.7:3260',
    );
  });
});

describe('a portal', () => {
  it('has to name the target to the host', () => {
    const judge = (told: Parameters<typeof judgeTargets>[0]['told']) =>
      judgeTargets({ host: 'host1', portal: FIRST, told }, WISH).map(({ what }) => what);
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
        ...{
          targets: [{ host: 'host1', portal: FIRST, told: { targets: [TARGET] } }],
          seen: new Map([['host1', unseen]]),
        },
        sessions: new Map([['host1', sortSessions([], [FIRST])]]),
        ...facts,
      } as never,
      { name: 'iscsi1', dataCenter: 'D', ...(loggedIn && { loggedIn }) },
      context(),
    );

  it('needs hosts that log in first; one that still does not see the LUN is a finding', () => {
    expect(decide(false)).toMatchObject({ state: 'already', output: { logins: ['host1'], exists: false } });
    const { state, findings } = decide(true);
    expect([state, findings?.map(({ what }) => what)]).toEqual([
      'refused',
      [`LUN ${LUN} is not visible on host1`, `host1 is not logged in to ${TARGET} by portal 172.20.32.7:3260`],
    ]);
    expect(findings?.[1]?.fix).toContain(
      'retry with an input, if only with {}: the run begins anew, and logs host1 in',
    );
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
