import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import { createStorageDomain, preflightStorageDomain, removeStorageDomain } from '../../../activities/storage/index.ts';

const NAME = 'data1';
const DATA_LUN = '3600a098000e4b4b3000003175cec1840';
const context = (domain: object) =>
  ({ inventory: { storage: { dataDomains: [{ name: NAME, ...domain }] } } }) as unknown as OperationContext;
const host = { id: '7', name: 'host1', inventoryName: 'host1', status: 'up' };
const lun = (signatures: string[], volumeGroup?: string) => ({
  wwid: DATA_LUN,
  signatures,
  children: [],
  ...(volumeGroup && { volumeGroup }),
});

describe('createStorageDomain', () => {
  const decide = (wish: object, held: string[] = [], overwrite = false) =>
    createStorageDomain.decide(
      { dataCenter: { id: '1', name: 'D', status: 'up' }, hosts: [host] } as never,
      { name: NAME, dataCenter: 'D', overwrite, held },
      context(wish),
    );

  it('notes for its undo what the LUN carried', () => {
    const { undo } = decide({ type: 'fc', lun: DATA_LUN }, ['signature ext4'], true);
    expect(undo?.call).toEqual({
      operation: 'removeStorageDomain',
      params: { name: NAME, lun: { wwid: DATA_LUN, held: ['signature ext4'] } },
    });
  });

  it.each([
    [
      { type: 'nfs', address: 'nas', path: '/export' },
      { type: 'nfs', address: 'nas', path: '/export' },
    ],
    [
      { type: 'iscsi', lun: DATA_LUN, address: '10.0.0.5', target: 'iqn.2019-01.local.test:data' },
      {
        type: 'iscsi',
        logical_units: {
          logical_unit: [{ id: DATA_LUN, address: '10.0.0.5', port: 3260, target: 'iqn.2019-01.local.test:data' }],
        },
        override_luns: false,
      },
    ],
  ])('asks the engine in its words for %j', (wish, storage) => {
    const body = { name: NAME, type: 'data', host: { name: 'host1' }, storage };
    expect(decide(wish).changes).toEqual([{ request: 'POST', path: '/storagedomains', body }]);
  });

  it('passes on how an export is to be mounted, and another port of a portal', () => {
    const nfs = { type: 'nfs', address: 'nas', path: '/export', nfsVersion: 'v4_1', mountOptions: 'noatime' };
    expect(decide(nfs).changes[0]?.body?.storage).toEqual({
      ...{ type: 'nfs', address: 'nas', path: '/export', nfs_version: 'v4_1', mount_options: 'noatime' },
    });
    const iscsi = { type: 'iscsi', lun: DATA_LUN, address: '10.0.0.5', target: 'iqn.2019-01.local.test:data' };
    const storage = decide({ ...iscsi, port: 3261 }).changes[0]?.body?.storage;
    expect(storage).toMatchObject({ logical_units: { logical_unit: [{ id: DATA_LUN, port: 3261 }] } });
  });

  it('takes from a LUN what people were told of, and nothing that came later', () => {
    const made = (held: string[]) =>
      createStorageDomain.decide(
        { dataCenter: { id: '1', name: 'D', status: 'up' }, hosts: [host], lun: lun(['LVM2_member'], 'old') } as never,
        { name: NAME, dataCenter: 'D', overwrite: true, held },
        context({ type: 'fc', lun: DATA_LUN }),
      );
    expect(made(['volume group old', 'signature LVM2_member']).state).toBe('wouldDo');
    const { state, findings } = made(['signature LVM2_member']);
    expect([state, findings?.map(({ what }) => what)]).toEqual([
      'refused',
      [`LUN ${DATA_LUN} carries volume group old, which it did not when this run looked before`],
    ]);
  });

  it('has no LUN to look at behind an NFS export', () => {
    const nfs = { type: 'nfs', address: 'nas', path: '/export' };
    expect(decide(nfs).undo?.call?.params).toEqual({ name: NAME, nfs: { name: NAME, ...nfs } });
  });

  it('makes none in an export that carries a domain, which the engine would take in under the new name', () => {
    const share = { state: { entries: ['1-2'], domains: [{ id: '1-2', name: 'older' }] }, owners: new Map() };
    const { state, changes, findings } = createStorageDomain.decide(
      { dataCenter: { id: '1', name: 'D', status: 'up' }, hosts: [host], share } as never,
      { name: NAME, dataCenter: 'D' },
      context({ type: 'nfs', address: 'nas', path: '/export' }),
    );
    expect([state, changes, findings?.[0]?.what]).toEqual([
      'refused',
      [],
      'NFS export nas:/export carries the storage domain older (1-2), which this engine does not have',
    ]);
  });
});

describe('removeStorageDomain', () => {
  const mapped = (signatures: string[]) => ({ ...lun(signatures), map: {} });
  const decide = (facts: object, held: string[] = []) =>
    removeStorageDomain.decide(
      { host, domain: undefined, ours: true, ...facts } as never,
      { name: NAME, lun: { wwid: DATA_LUN, held } },
      context({ type: 'fc', lun: DATA_LUN }),
    );

  it('tells that the label of a physical volume stays, and what was there is lost', () => {
    const { state, leaves } = decide({ lun: mapped(['LVM2_member']) }, ['volume group old', 'signature LVM2_member']);
    expect([state, leaves]).toEqual([
      'already',
      {
        what: `LUN ${DATA_LUN} carries signature LVM2_member; before the run it carried volume group old; signature LVM2_member`,
        byHand: `for oVirt it counts as free; for any other use, on one host: wipefs -a /dev/mapper/${DATA_LUN}`,
      },
    ]);
  });

  it.each([
    ['nothing', [], []],
    ['the label of an earlier domain', ['LVM2_member'], ['signature LVM2_member']],
  ])('says nothing where the LUN carries as before %s', (_what, signatures, held) => {
    expect(decide({ lun: mapped(signatures) }, held).leaves).toBeUndefined();
  });

  it('formats what the run has made, and nothing that somebody else has', () => {
    const domain = { id: '5', name: NAME };
    const query = { host: 'host1', format: 'true' };
    expect(decide({ domain })).toMatchObject({
      state: 'wouldDo',
      changes: [{ request: 'DELETE', path: '/storagedomains/5', query }],
    });
    expect(decide({ domain, ours: false })).toMatchObject({
      state: 'already',
      changes: [],
      leaves: { what: 'storage domain data1 is in the engine, but no event tells that this run has made it' },
    });
  });

  it('asks for a host that is up', () => {
    const { state, findings } = decide({ domain: { id: '5', name: NAME }, host: undefined });
    expect([state, findings?.[0]?.what]).toEqual(['refused', 'no host is up to remove it with']);
  });
});

describe('preflightStorageDomain', () => {
  const path = (usable: boolean) => ({
    ...{ hctl: '15:0:0:1', device: 'sdb', usable },
    state: usable ? 'active ready running' : 'failed faulty running',
  });
  const map = (change: object = {}) => ({
    ...{ wwid: DATA_LUN, dm: 'dm-3', vendor: 'DELL', product: 'MD38xxf', size: '2.0T', readOnly: false },
    paths: [path(true), path(true)],
    ...change,
  });
  const seenAs = (change: object = {}) => new Map([['host1', { ...lun([]), map: map(change) }]]);
  const decide = (facts: object = {}, wish: object = {}) =>
    preflightStorageDomain.decide(
      {
        dataCenter: { id: '1', name: 'D', status: 'up' },
        ...{
          hosts: [host],
          strangers: [],
          seen: seenAs(),
          exports: new Map(),
          owners: new Map(),
          targets: [],
          sessions: new Map(),
        },
        ...facts,
      } as never,
      { name: NAME, dataCenter: 'D' },
      context({ type: 'fc', lun: DATA_LUN, ...wish }),
    );
  const refusal = (facts?: object, wish?: object) => {
    const { state, findings } = decide(facts, wish);
    return [state, findings?.map(({ what }) => what)];
  };

  it('takes an empty LUN over sound paths, and one with the label of an earlier domain', () => {
    expect(decide()).toMatchObject({
      state: 'already',
      output: { storage: `LUN ${DATA_LUN}, 2.0T, DELL MD38xxf, 2 of 2 paths`, content: [], held: [] },
    });
    const labelled = new Map([['host1', { ...lun(['LVM2_member']), map: map() }]]);
    expect(decide({ seen: labelled }).output).toMatchObject({ content: [], held: ['signature LVM2_member'] });
  });

  it('names what the LUN carries, once', () => {
    const used = { ...lun(['LVM2_member'], 'old'), map: map() };
    const both = new Map([
      ['host1', used],
      ['host2', used],
    ]);
    const content = ['volume group old', 'signature LVM2_member'];
    expect(decide({ seen: both })).toMatchObject({ state: 'already', output: { content, held: content } });
  });

  it.each<readonly [string, object, object, string]>([
    [
      'a host does not see the LUN',
      { seen: new Map([['host1', lun([])]]) },
      {},
      `LUN ${DATA_LUN} is not visible on host1`,
    ],
    [
      'a path is broken',
      { seen: seenAs({ paths: [path(true), path(false)] }) },
      {},
      `LUN ${DATA_LUN} on host1 has paths that are not active ready running: 15:0:0:1 sdb failed faulty running`,
    ],
    [
      'there is no path',
      { seen: seenAs({ paths: [] }) },
      {},
      `LUN ${DATA_LUN} on host1 has paths that are not active ready running: it has no path at all`,
    ],
    [
      'its size is another one',
      {},
      { size: '1.0T' },
      `LUN ${DATA_LUN} has 2.0T on host1, but the inventory expects 1.0T: this may be the wrong LUN`,
    ],
    [
      'the domain lies on another LUN',
      { domain: { name: NAME, storage: { type: 'fcp', volume_group: { logical_units: [{ id: '3600b' }] } } } },
      {},
      `storage domain data1 exists on LUN 3600b, but the inventory has it on LUN ${DATA_LUN}`,
    ],
    [
      'the domain is one of another kind',
      { domain: { name: NAME, storage: { type: 'nfs', address: 'nas', path: '/export' } } },
      {},
      `storage domain data1 exists on nfs storage, but the inventory has it on LUN ${DATA_LUN}`,
    ],
    [
      'the domain is another export',
      { domain: { name: NAME, storage: { type: 'nfs', address: 'nas', path: '/old' } }, seen: new Map() },
      { type: 'nfs', address: 'nas', path: '/export' },
      'storage domain data1 exists on NFS export nas:/old, but the inventory has it on NFS export nas:/export',
    ],
    ['another domain has it', { owner: 'data9' }, {}, `LUN ${DATA_LUN} belongs to the storage domain data9`],
    [
      'a host is not described',
      { strangers: ['host9'] },
      {},
      'host host9 is in the data center, but not in the inventory: its storage cannot be looked at',
    ],
  ])('refuses where %s', (_why, facts, wish, what) => {
    expect(refusal(facts, wish)).toEqual(['refused', [what]]);
  });

  it('names the domains that are described', () => {
    const decided = () =>
      preflightStorageDomain.decide({} as never, { name: 'data9', dataCenter: 'D' }, context({ type: 'fc' }));
    expect(decided).toThrow('storage domain data9: the inventory does not describe it; storage.dataDomains has data1');
  });
});
