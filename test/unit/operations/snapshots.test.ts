import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import {
  commitVmPreview,
  createVmSnapshot,
  preflightSnapshot,
  previewVmSnapshot,
  removeVmSnapshot,
} from '../../../activities/vm/index.ts';
import type { SnapshotFacts } from '../../../activities/vm/snapshot/facts.ts';
import { fileLines, volumeLines } from '../../../activities/vm/snapshot/volumes.ts';

const context = {} as OperationContext;
const params = { name: 'vm1', snapshot: 's1' };

function facts(vm: string, snapshot?: string, other?: string, codes: readonly number[] = []): SnapshotFacts {
  const one = (description: string, snapshot_status: string) => ({
    id: description,
    description,
    snapshot_type: 'regular',
    snapshot_status,
  });
  const events = codes.map((code, index) => ({ code, index, severity: 'error', description: `event ${code}` }));
  return {
    vm: { id: '7', name: 'vm1', status: vm },
    trace: { begun: codes.length > 0, events },
    ...(snapshot !== undefined && { snapshot: one('s1', snapshot) }),
    ...(other !== undefined && { other: one('s0', other) }),
  };
}

describe('createVmSnapshot', () => {
  it('leaves the memory out, so that the VM does not pause', () => {
    const body = { description: 's1', persist_memorystate: false };
    const { state, changes, undo } = createVmSnapshot.decide(facts('up'), params, context);
    expect([state, changes]).toEqual(['wouldDo', [{ request: 'POST', path: '/vms/7/snapshots', body }]]);
    expect(undo?.call.operation).toBe('removeVmSnapshot');
  });

  it.each([
    ['the engine works on it', facts('up', 'locked'), 'underWay'],
    ['the engine works on another one', facts('up', undefined, 'locked'), 'underWay'],
    ['another one is looked at', facts('down', undefined, 'in_preview'), 'refused'],
    ['it is there', facts('up', 'ok'), 'already'],
  ])('%s', (_when, seen, state) => {
    expect(createVmSnapshot.decide(seen, params, context).state).toBe(state);
  });

  it('ends when the engine tells that it failed', () => {
    expect(createVmSnapshot.decide(facts('up', undefined, undefined, [69]), params, context).failed?.lines).toEqual([
      'event 69',
    ]);
  });
});

describe('removeVmSnapshot', () => {
  it('merges while the VM runs, and is done when nobody lists it any more', () => {
    const removal = removeVmSnapshot.decide(facts('up', 'ok'), params, context);
    expect(removal.changes).toEqual([{ request: 'DELETE', path: '/vms/7/snapshots/s1' }]);
    expect(removeVmSnapshot.decide(facts('up'), params, context).state).toBe('already');
  });
});

describe('a preview', () => {
  it('needs a VM that is down, to begin and to end', () => {
    expect(previewVmSnapshot.decide(facts('up', 'ok'), params, context).findings?.[0]?.what).toBe('VM vm1 is up');
    expect(commitVmPreview.decide(facts('up', 'in_preview'), params, context).findings?.[0]?.what).toBe('VM vm1 is up');
  });

  it('is committed once', () => {
    const { changes } = commitVmPreview.decide(facts('down', 'in_preview'), params, context);
    expect(changes).toEqual([{ request: 'POST', path: '/vms/7/commitsnapshot' }]);
    expect(commitVmPreview.decide(facts('down', 'ok'), params, context).state).toBe('already');
  });
});

it('tells the volumes of a disk by the tags of VDSM, and which of them lsblk shows', () => {
  const group = '2639f482-7c6b-48db-bddb-9bae82c7660b';
  const lvs = [
    `  ${group} d935fe8f-8dc9-479a-a716-a2fce6bb0b84 11.00g IU_disk-1,MD_1,PU_00000000-0000-0000-0000-000000000000`,
    `  ${group} a823137a-6843-4563-b342-bb69829ca807  1.00g IU_disk-1,MD_2,PU_d935fe8f-8dc9-479a-a716-a2fce6bb0b84`,
    `  ${group} bf6335db-0ab7-4556-89eb-9bdc3a787e40 10.00g IU_other,MD_3,PU_00000000-0000-0000-0000-000000000000`,
    `  ${group} metadata                              0.13g`,
  ].join('\n');
  const lsblk = [
    'sdb 8:16',
    '3600a098000e4b4b3000003175cec1840 253:6',
    '2639f482--7c6b--48db--bddb--9bae82c7660b-metadata 253:7',
    '2639f482--7c6b--48db--bddb--9bae82c7660b-d935fe8f--8dc9--479a--a716--a2fce6bb0b84 253:38',
  ].join('\n');
  expect(volumeLines(lvs, lsblk, ['disk-1'])).toEqual([
    'volume d935fe8f-8dc9-479a-a716-a2fce6bb0b84 of 11.00g, the lowest, active as 253:38',
    'volume a823137a-6843-4563-b342-bb69829ca807 of 1.00g, upon d935fe8f-8dc9-479a-a716-a2fce6bb0b84, not active',
  ]);
});

it('tells the volumes of a disk in an export by what lies beside their files', () => {
  const text = [
    'disk-1/d935fe8f-8dc9-479a-a716-a2fce6bb0b84.meta 00000000-0000-0000-0000-000000000000',
    'disk-1/a823137a-6843-4563-b342-bb69829ca807.meta d935fe8f-8dc9-479a-a716-a2fce6bb0b84',
    'sed: disk-1/lost.meta: Permission denied',
  ].join('\n');
  expect(fileLines(text)).toEqual([
    'volume d935fe8f-8dc9-479a-a716-a2fce6bb0b84, the lowest',
    'volume a823137a-6843-4563-b342-bb69829ca807, upon d935fe8f-8dc9-479a-a716-a2fce6bb0b84',
  ]);
});

describe('preflightSnapshot', () => {
  const look = (seen: SnapshotFacts, action: 'create' | 'restore' | 'remove') =>
    preflightSnapshot.decide(seen, { ...params, action }, context);

  it.each([
    ['restore', facts('down'), 'vm1 has no snapshot "s1"'],
    ['restore', facts('up', 'ok'), 'VM vm1 is up'],
    ['remove', facts('down', 'in_preview'), 'vm1 shows this snapshot'],
    [
      'create',
      facts('down', undefined, 'in_preview'),
      'vm1 shows its snapshot "s0", and nobody has decided whether to keep that',
    ],
  ] as const)('refuses to %s', (action, seen, sentence) => {
    const { state, findings } = look(seen, action);
    expect([state, findings?.map(({ what }) => what)]).toEqual(['refused', [sentence]]);
  });

  it.each([
    ['create', facts('up')],
    ['create', facts('up', 'ok')],
    ['restore', facts('down', 'ok')],
    ['restore', facts('down', 'in_preview')],
    ['remove', facts('up', 'ok')],
    ['remove', facts('up')],
  ] as const)('lets %s go on', (action, seen) => {
    expect(look(seen, action).state).toBe('already');
  });
});
