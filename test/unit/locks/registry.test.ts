import { describe, expect, test } from 'vitest';
import type { LockRequest } from '../../../workflows/locks/contract.ts';
import { Registry } from '../../../workflows/locks/registry.ts';

const T0 = '2026-11-23T22:00:00.000Z';
const T1 = '2026-11-23T22:10:00.000Z';

function ask(id: string, resources: readonly string[], more: Partial<LockRequest> = {}): LockRequest {
  return { id, run: `run of ${id}`, runbook: 'guarded', since: T0, ancestors: [], resources, ...more };
}

/** After these have asked in turn. */
function registry(...requests: readonly LockRequest[]): Registry {
  const locks = new Registry();
  for (const request of requests) {
    locks.request(request);
    locks.settle(T1);
  }
  return locks;
}

const key = (id: string) => ({ id, run: `run of ${id}` });
const owners = (locks: Registry) =>
  Object.fromEntries(
    locks.list().map(({ resource, owner, queue }) => [resource, [owner.id, ...queue.map(({ id }) => id)]]),
  );
const heard = (locks: Registry) =>
  Object.fromEntries(
    locks
      .news()
      .map(({ entry, notice }) => [entry.request.id, notice.state === 'waits' ? notice.waitsFor : notice.state]),
  );

describe('the locks', () => {
  test('go to who asks first; the others queue in their order and know whom they wait for', () => {
    const locks = registry(ask('a', ['host/1'], { reason: 'CHG-1' }), ask('b', ['host/1']), ask('c', ['host/1']));
    expect(owners(locks)).toEqual({ 'host/1': ['a', 'b', 'c'] });
    const owner = { id: 'a', runbook: 'guarded', since: T1, reason: 'CHG-1' };
    expect(heard(locks)).toEqual({
      a: 'granted',
      b: { resource: 'host/1', owner, place: 1 },
      c: { resource: 'host/1', owner, place: 2 },
    });
    locks.release(key('a'));
    locks.settle(T1);
    expect(owners(locks)).toEqual({ 'host/1': ['b', 'c'] });
  });

  test('are asked for again without harm', () => {
    const locks = registry(ask('a', ['host/1']), ask('b', ['host/1']), ask('c', ['host/1']));
    locks.request(ask('b', ['host/1']));
    locks.request(ask('a', ['host/1']));
    locks.settle(T1);
    expect(owners(locks)).toEqual({ 'host/1': ['a', 'b', 'c'] });
    expect(locks.list()[0]?.owner.since).toBe(T1);
  });

  test('are given all at once: what is free is kept for whose turn it is, and no two wait for each other', () => {
    const locks = registry(ask('a', ['x', 'y']), ask('b', ['y', 'z']), ask('c', ['z']), ask('d', ['w']));
    expect(owners(locks)).toEqual({ x: ['a'], y: ['a', 'b'], z: ['b', 'c'], w: ['d'] });
    expect(locks.list().find(({ resource }) => resource === 'z')?.reserved).toBe(true);
    expect(heard(locks).c).toEqual({
      resource: 'z',
      owner: { id: 'b', runbook: 'guarded', since: T0 },
      place: 2,
    });
    locks.release(key('b'));
    locks.settle(T1);
    expect(owners(locks)).toEqual({ x: ['a'], y: ['a'], z: ['c'], w: ['d'] });
  });

  test('of a parent serve its children one after the other, past those who wait for the parent', () => {
    const child = { ancestors: ['parent'] };
    const locks = registry(ask('parent', ['host/1']), ask('stranger', ['host/1']));
    locks.request(ask('first', ['host/1'], child));
    locks.request(ask('second', ['host/1'], child));
    locks.settle(T1);
    expect(locks.list()).toMatchObject([
      { owner: { id: 'parent' }, children: [{ id: 'first' }], queue: [{ id: 'stranger' }, { id: 'second' }] },
    ]);
    expect(heard(locks)).toMatchObject({ first: 'granted', second: { owner: { id: 'first' } } });
    locks.release(key('first'));
    locks.settle(T1);
    expect(heard(locks)).toMatchObject({ second: 'granted', stranger: { owner: { id: 'parent' } } });
    // A parent that ends before its child has not freed what the child still works on.
    locks.release(key('parent'));
    locks.settle(T1);
    expect(owners(locks)).toEqual({ 'host/1': ['second', 'stranger'] });
  });

  test('that are broken pass on; who lost one hears by whom and why, and may ask again', () => {
    const locks = registry(ask('a', ['host/1', 'hosted-engine']), ask('b', ['host/1']));
    const lost = { resource: 'host/1', by: 'ann', reason: 'the run is stuck', at: T1 };
    expect(locks.break(lost)).toMatchObject([{ id: 'a' }]);
    locks.settle(T1);
    expect(owners(locks)).toEqual({ 'host/1': ['b'], 'hosted-engine': ['a'] });
    const word = locks.news().find(({ entry }) => entry.request.id === 'a');
    expect(word?.notice).toEqual({ run: 'run of a', state: 'lost', lost: [lost] });
    locks.request(ask('a', ['host/1', 'hosted-engine']));
    locks.settle(T1);
    expect(owners(locks)).toEqual({ 'host/1': ['b', 'a'], 'hosted-engine': ['a'] });
  });

  test('of a run that lost all are forgotten once it knows', () => {
    const locks = registry(ask('a', ['host/1']));
    locks.break({ resource: 'host/1', by: 'ann', reason: 'it is dead', at: T1 });
    expect(locks.empty).toBe(false);
    for (const { entry, notice } of locks.news()) locks.told(entry, notice);
    expect(locks.empty).toBe(true);
  });

  test('of an earlier run with the same id go when the next one asks', () => {
    const locks = registry(ask('a', ['host/1']));
    locks.request({ ...ask('a', ['host/2']), run: 'a later one' });
    locks.settle(T1);
    expect(owners(locks)).toEqual({ 'host/2': ['a'] });
  });

  test('are told once, and what outlives the registry is all that it knows', () => {
    const locks = registry(ask('a', ['host/1']), ask('b', ['host/1']));
    for (const { entry, notice } of locks.news()) locks.told(entry, notice);
    expect(locks.news()).toEqual([]);
    const next = new Registry(JSON.parse(JSON.stringify(locks.entries)));
    expect(next.list()).toEqual(locks.list());
    expect(next.news()).toEqual([]);
  });

  test('of runs that a new registry finds at work stay theirs', () => {
    const locks = new Registry();
    locks.request(ask('late', ['host/1']));
    locks.adopt(ask('a', ['host/1']));
    locks.settle(T1);
    expect(owners(locks)).toEqual({ 'host/1': ['a', 'late'] });
  });
});
