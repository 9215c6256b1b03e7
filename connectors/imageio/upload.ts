/** Sends a file into an image, piece by piece, so that it can go on where it was. */
import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../../failures/operator-error.ts';
import type { RemoteImage } from './image.ts';

export interface UploadOptions {
  readonly file: string;
  /** Bytes of the file. */
  readonly size: number;
  /** The first byte to send: what was durable when a former try ended. */
  readonly from: number;
  /** Told as bytes go out; `durable` grows when a piece has been flushed to the storage. */
  readonly onProgress: (sent: number, durable: number) => void;
  /** Bytes between two flushes: what a broken upload sends again at most. */
  readonly piece?: number;
}

const PIECE = 128 * 2 ** 20;
/** As the daemon reads; larger buffers gain nothing. */
const BUFFER = 2 ** 20;

/**
 * Leaves the file's bytes from `from` on in the image, flushed to its storage; memory stays constant.
 * The server knows no chunked bodies, and of Content-Range it reads the start only.
 * @throws NotFound when the transfer is over, EngineUnreachable when the server is away: send again from `durable`
 */
export async function upload(image: RemoteImage, options: UploadOptions): Promise<void> {
  const { file, size, from, onProgress, piece = PIECE } = options;
  let durable = from;
  while (durable < size) {
    const end = Math.min(durable + piece, size);
    await send(image, file, durable, end, (sent) => onProgress(sent, durable));
    await image.flush();
    durable = end;
    onProgress(durable, durable);
  }
}

async function send(
  image: RemoteImage,
  file: string,
  start: number,
  end: number,
  onSent: (sent: number) => void,
): Promise<void> {
  let sent = start;
  const counted = new Transform({
    highWaterMark: BUFFER,
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      onSent(sent);
      done(null, chunk);
    },
  });
  const content = createReadStream(file, { start, end: end - 1, highWaterMark: BUFFER });
  const headers = {
    'content-length': `${end - start}`,
    'content-range': `bytes ${start}-${end - 1}/*`,
    'content-type': 'application/octet-stream',
  };
  const read = pipeline(content, counted);
  // A server that refuses answers before it has read everything.
  read.catch(() => undefined);
  try {
    const response = await image.request('PUT', { body: counted, headers, query: 'flush=n' });
    if (response.statusCode !== 200) throw image.refusal(response.statusCode, response.body, `byte ${start} and on`);
    await read;
  } catch (error) {
    // A refusal is followed by the end of the connection, which may overtake it on the way.
    if (error instanceof OperatorError && error.type === 'EngineUnreachable') await image.features();
    throw error;
  } finally {
    content.destroy();
  }
}
