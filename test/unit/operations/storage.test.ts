import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import { createStorageDomain, removeStorageDomain } from '../../../activities/storage/index.ts';

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
      params: { name: NAME, format: true, lun: { wwid: DATA_LUN, held: ['signature ext4'] } },
    });
  });

  it('has no LUN to look at behind an NFS export', () => {
    const { undo } = decide({ type: 'nfs', address: 'nas', path: '/export' });
    expect(undo?.call?.params).toEqual({ name: NAME, format: true });
  });
});

describe('removeStorageDomain', () => {
  const decide = (facts: object, held: string[] = []) =>
    removeStorageDomain.decide(
      { host, domain: undefined, ...facts } as never,
      { name: NAME, format: true, lun: { wwid: DATA_LUN, held } },
      context({ type: 'fc', lun: DATA_LUN }),
    );

  it('tells that the label of a physical volume stays, and what was there is lost', () => {
    const { state, leaves } = decide({ lun: lun(['LVM2_member']) }, ['volume group old', 'signature LVM2_member']);
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
    expect(decide({ lun: lun(signatures) }, held).leaves).toBeUndefined();
  });

  it('asks for a host that is up', () => {
    const { state, findings } = decide({ domain: { id: '5', name: NAME }, host: undefined });
    expect([state, findings?.[0]?.what]).toEqual(['refused', 'no host is up to remove it with']);
  });
});
