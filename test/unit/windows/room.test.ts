import { expect, test } from 'vitest';
import { room, slots } from '../../../windows/room.ts';

const HOUR = 60;

test('a window is open from its opening to its end', () => {
  expect(slots([100], 4 * HOUR, [])).toEqual([{ from: 100, to: 340 }]);
});

test('windows that touch are one', () => {
  expect(slots([200, 0, 100], 100, [])).toEqual([{ from: 0, to: 300 }]);
  expect(slots([0, 101], 100, [])).toEqual([
    { from: 0, to: 100 },
    { from: 101, to: 201 },
  ]);
});

const freeze = (from: number, to: number) => ({ from, to, what: 'freeze' });

test('a blackout cuts a window short, splits it, or leaves nothing of it', () => {
  expect(slots([0], 100, [freeze(80, 500)])).toEqual([{ from: 0, to: 80 }]);
  expect(slots([0], 100, [freeze(-50, 20)])).toEqual([{ from: 20, to: 100 }]);
  expect(slots([0], 100, [freeze(30, 50), freeze(40, 60)])).toEqual([
    { from: 0, to: 30 },
    { from: 60, to: 100 },
  ]);
  expect(slots([0, 1000], 100, [freeze(-1, 101)])).toEqual([{ from: 1000, to: 1100 }]);
  expect(slots([0], 100, [freeze(100, 200), freeze(-10, 0)])).toEqual([{ from: 0, to: 100 }]);
});

test('something fits as long as it is over when the window closes', () => {
  const all = slots([0, 1000], 100, []);
  expect(room(all, 0, 100)).toEqual({ fits: true, open: { from: 0, to: 100 }, next: { from: 1000, to: 1100 } });
  expect(room(all, 60, 40).fits).toBe(true);
  expect(room(all, 61, 40)).toEqual({ fits: false, open: { from: 0, to: 100 }, next: { from: 1000, to: 1100 } });
  expect(room(all, 100, 40)).toEqual({ fits: false, next: { from: 1000, to: 1100 } });
  expect(room(all, -5, 40)).toEqual({ fits: false, next: { from: 0, to: 100 } });
});

test('the next window is one that has room, or none', () => {
  const all = slots([0, 1000, 2000], 100, [freeze(1050, 1090)]);
  expect(room(all, 90, 60).next).toEqual({ from: 2000, to: 2100 });
  expect(room(all, 90, 101).next).toBeUndefined();
});
