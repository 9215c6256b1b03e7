import { expect, it } from 'vitest';
import { Meter, sizeWords } from '../../../activities/runtime/meter.ts';

const MIB = 2 ** 20;

it('says sizes in words', () => {
  const sizes = [0, 1023, 1024, 1.5 * MIB, 973 * MIB, 1024 * MIB, 3 * 2 ** 40];
  expect(sizes.map(sizeWords)).toEqual(['0 bytes', '1023 bytes', '1 KiB', '1.5 MiB', '973 MiB', '1 GiB', '3 TiB']);
});

it('tells how far it is, how fast just now, and how long it takes yet', () => {
  let now = 0;
  const meter = new Meter('sending c7.iso', 1024 * MIB, () => now);
  expect(meter.at(0)).toBe('sending c7.iso: 0 bytes of 1 GiB (0 %)');
  now = 2000;
  expect(meter.at(256 * MIB)).toBe('sending c7.iso: 256 MiB of 1 GiB (25 %), 128 MiB/s, 6 s left');
  // Slower for longer than the window: what was before no longer counts.
  for (let second = 3; second <= 30; second++) {
    now = second * 1000;
    meter.at(256 * MIB + (second - 2) * MIB);
  }
  now = 31_000;
  expect(meter.at(256 * MIB + 29 * MIB)).toContain('(27 %), 1 MiB/s, 12 min 19 s left');
});
