import { describe, expect, it } from 'vitest';
import { clockOffset, clockText, isOff } from '../../../cli/doctor/clock.ts';

describe('the offset of a clock', () => {
  it('is counted from the middle of the way there and back', () => {
    const offset = clockOffset([{ asked: 1000, remote: 1002.1, answered: 1000.2 }]);
    expect(offset?.seconds).toBeCloseTo(2, 6);
    expect(offset?.within).toBeCloseTo(0.1, 6);
  });

  it('is taken from the fastest answer, wherever it comes', () => {
    const slow = { asked: 1000, remote: 1004, answered: 1003 };
    const fast = { asked: 1010, remote: 1009.51, answered: 1010.02 };
    const offset = clockOffset([slow, fast, { ...slow, asked: 1020, remote: 1020, answered: 1024 }]);
    expect(offset?.seconds).toBeCloseTo(-0.5, 6);
    expect(offset?.within).toBeCloseTo(0.01, 6);
  });

  it('is unknown without an answer', () => {
    expect(clockOffset([])).toBeUndefined();
  });

  it.each([
    [{ seconds: 1.2, within: 0.1 }, true],
    [{ seconds: -1.2, within: 0.1 }, true],
    // The truth may be 0.9: a slow line is no wrong clock.
    [{ seconds: 1.2, within: 0.3 }, false],
    [{ seconds: 0.99, within: 0 }, false],
    [{ seconds: 1, within: 0 }, false],
  ])('%j is more than one second: %s', (offset, off) => {
    expect(isOff(offset, 1)).toBe(off);
  });

  it.each([
    [{ seconds: 0.004, within: 0.012 }, '0.00 s ahead (± 0.01 s)'],
    [{ seconds: -3.25, within: 0.2 }, '3.25 s behind (± 0.20 s)'],
    [{ seconds: 86_400.4, within: 0.2 }, '86400 s ahead (± 0.20 s)'],
  ])('%j is told as %s', (offset, text) => {
    expect(clockText(offset)).toBe(text);
  });
});
