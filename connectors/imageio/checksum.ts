/** SHA-256 of a file on the worker and of what the storage really holds. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import got from 'got';
import type { RemoteImage } from './image.ts';
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
 * Reads the first `size` bytes of the image back; an upload's ticket allows it.
 * @throws EngineUnreachable when the connection breaks: the whole image is to be read again
 */
export async function imageChecksum(image: RemoteImage, size: number, onRead: (read: number) => void): Promise<string> {
  const hash = createHash('sha256');
  let read = 0;
  try {
    const stream = got.stream(image.url, { ...image.wire(), headers: { range: `bytes=0-${size - 1}` } });
    await pipeline(stream, async (content) => {
      for await (const chunk of content) {
        hash.update(chunk as Buffer);
        read += (chunk as Buffer).length;
        onRead(read);
      }
    });
    const { statusCode = 0 } = stream.response ?? {};
    if (statusCode !== 206 && statusCode !== 200) throw image.refusal(statusCode, '', 'reading back');
  } catch (error) {
    throw image.failure(error);
  }
  return hash.digest('hex');
}
