import { describe, expect, it } from 'vitest';
import { judgePlace, type Operated, operatedAt, type Place } from '../../../cli/doctor/placement.ts';

const OPERATED: readonly Operated[] = [
  { what: 'the engine VM', names: ['ovirt.example.com'], addresses: ['172.20.32.5'] },
  { what: 'host1', names: ['host1.example.com'], addresses: ['172.20.32.11'], bootId: 'boot-1' },
  { what: 'host2', names: ['host2.example.com'], addresses: ['172.20.32.12'] },
];

const place = (change: Partial<Place>): Place => ({ names: ['ops.example.com'], addresses: ['10.0.0.7'], ...change });

describe('what is found to live on an operated machine', () => {
  it.each<[string, Partial<Place>, string, string]>([
    ['by its address', { addresses: ['10.0.0.7', '172.20.32.5'] }, 'the engine VM', 'the address 172.20.32.5'],
    ['by its name', { names: ['host2.example.com'] }, 'host2', 'the name host2.example.com'],
    ['by its boot id, from within a container', { names: ['3f2a'], bootId: 'boot-1' }, 'host1', 'the boot id boot-1'],
  ])('%s', (_how, change, what, by) => {
    expect(operatedAt(place(change), OPERATED)).toEqual({ what, by });
  });
});

describe('what is not', () => {
  it.each<[string, Partial<Place>]>([
    ['a machine of its own', {}],
    [
      'one that shares an address with a host behind a translation, but runs another kernel',
      {
        addresses: ['172.20.32.11'],
        names: ['host1.example.com'],
        bootId: 'boot-9',
      },
    ],
    ['a worker of whom nothing but a strange name is known', { names: ['3f2a'], addresses: [] }],
  ])('%s', (_what, change) => {
    expect(operatedAt(place(change), OPERATED)).toBeUndefined();
  });
});

it('is a problem that says what would happen', () => {
  const found = judgePlace('placement.temporal', 'a:7233', 'Temporal', place({ addresses: ['172.20.32.5'] }), OPERATED);
  expect(found).toMatchObject({
    state: 'problem',
    what: expect.stringMatching(
      /^Temporal is on the engine VM \(by the address 172\.20\.32\.5\): .* would end what is to see it through$/,
    ),
    fix: expect.stringContaining('docs/production.md'),
  });
  expect(judgePlace('placement.temporal', 'a:7233', 'Temporal', place({}), OPERATED).state).toBe('ok');
});
