/** SHA-256 of a file on the worker and of what the storage really holds. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { RemoteImage } from './image.ts';
import { readImage } from './read.ts';
import { readBuffer } from './read-buffer.ts';

const BUFFER = 2 ** 18;

/** 64 hex digits. Read into the same buffer all the time: what a stream leaves to be collected is a large file's size. */
export async function fileChecksum(file: string, signal: AbortSignal, onRead: (read: number) => void): Promise<string> {
  const hash = createHash('sha256');
  const buffer = readBuffer(BUFFER);
  const content = await open(file);
  try {
    for (let at = 0; ; onRead(at)) {
      signal.throwIfAborted();
      const { bytesRead } = await content.read(buffer, 0, BUFFER, at);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await content.close();
  }
}

/**
 * 64 hex digits, of the first `size` bytes of the image.
 * @throws as readImage does
 */
export async function imageChecksum(image: RemoteImage, size: number, onRead: (read: number) => void): Promise<string> {
  const hash = createHash('sha256');
  let read = 0;
  await readImage(image, size, (bytes) => {
    hash.update(bytes);
    read += bytes.length;
    onRead(read);
  });
  return hash.digest('hex');
}
