import { describe, expect, it } from 'vitest';
import { HEAD_BYTES, imageHead } from '../../../activities/image/format.ts';

/** The header of a qcow2 file of 11 GiB, as `qemu-img create -f qcow2` writes it. */
function qcow(change: (header: Buffer) => void = () => undefined): Buffer {
  const header = Buffer.alloc(512);
  header.write('QFI\xfb', 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(16, 20);
  header.writeBigUInt64BE(11n * 1024n ** 3n, 24);
  change(header);
  return header;
}

describe('the kind of an image', () => {
  it('is an ISO by its volume descriptor', () => {
    const head = Buffer.alloc(HEAD_BYTES);
    head.write('\x01CD001\x01', 16 * 2048, 'latin1');
    expect(imageHead(head, 8 * 1024 ** 2)).toEqual({ format: 'iso', virtualSize: 8 * 1024 ** 2 });
  });

  it('is raw where nothing else is known, rounded up to whole sectors', () => {
    expect(imageHead(Buffer.from('boot'), 1025)).toEqual({ format: 'raw', virtualSize: 1536 });
  });

  it('is qcow2 by its magic, with the size that a guest sees', () => {
    expect(imageHead(qcow(), 200_000)).toEqual({ format: 'qcow2', virtualSize: 11 * 1024 ** 3 });
  });

  it.each([
    ['a version that nobody knows', (h: Buffer) => h.writeUInt32BE(9, 4), /qcow of version 9/],
    ['a backing file', (h: Buffer) => h.writeBigUInt64BE(104n, 8), /on top of another file/],
    ['encryption', (h: Buffer) => h.writeUInt32BE(1, 32), /encrypted/],
    ['an external data file', (h: Buffer) => h.writeBigUInt64BE(4n, 72), /lie in another file/],
  ])('cannot be taken with %s', (_, change, sentence) => {
    expect(imageHead(qcow(change), 200_000).trouble).toMatch(sentence);
  });
});
