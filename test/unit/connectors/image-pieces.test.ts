import { expect, test } from 'vitest';
import { nextPiece } from '../../../connectors/imageio/upload.ts';

const MIB = 2 ** 20;

test('a piece of an image is what goes out in three seconds, from 16 to 256 MiB', () => {
  expect(nextPiece(64 * MIB, 2000)).toBe(96 * MIB);
  expect(nextPiece(96 * MIB, 6000)).toBe(48 * MIB);
  expect(nextPiece(16 * MIB, 60_000)).toBe(16 * MIB);
  expect(nextPiece(128 * MIB, 200)).toBe(256 * MIB);
  // The rest of a file, as quick as clocks can tell.
  expect(nextPiece(512, 0)).toBe(256 * MIB);
});
