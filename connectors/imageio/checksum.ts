/** SHA-256 of a file on the worker and of what the storage really holds. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import got from 'got';
import type { RemoteImage } from './image.ts';

const BUFFER = 2 ** 20;

/** 64 hex digits. */
export async function fileChecksum(file: string, signal: AbortSignal, onRead: (read: number) => void): Promise<string> {
  const hash = createHash('sha256');
  let read = 0;
  const content = createReadStream(file, { highWaterMark: BUFFER, signal });
  for await (const chunk of content) {
    hash.update(chunk as Buffer);
    read += (chunk as Buffer).length;
    onRead(read);
  }
  return hash.digest('hex');
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
