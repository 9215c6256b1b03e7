/** Sends a file into an image, piece by piece, so that it can go on where it was. */
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import got from 'got';
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
/** Measured: larger ones keep the server waiting. */
const BUFFER = 2 ** 18;

/**
 * Leaves the file's bytes from `from` on in the image, flushed to its storage. Memory stays constant: two buffers, one
 * being read while the other goes out. The server knows no chunked bodies, and of Content-Range it reads the start only.
 * @throws NotFound when the transfer is over, EngineUnreachable when the server is away: send again from `durable`;
 * PreconditionFailed when the file has become shorter
 */
export async function upload(image: RemoteImage, options: UploadOptions): Promise<void> {
  const { file, size, from, onProgress, piece = PIECE } = options;
  const content = new Content(await open(file), file);
  try {
    let durable = from;
    while (durable < size) {
      const end = Math.min(durable + piece, size);
      await send(image, content, durable, end, (sent) => onProgress(sent, durable));
      await image.flush();
      durable = end;
      onProgress(durable, durable);
    }
  } finally {
    await content.handle.close();
  }
}

/** A file read in turns into the same two buffers: each holds its bytes until the next but one is read. */
class Content {
  private turn = 0;
  private readonly buffers = [Buffer.allocUnsafeSlow(BUFFER), Buffer.allocUnsafeSlow(BUFFER)] as const;

  constructor(
    readonly handle: FileHandle,
    private readonly file: string,
  ) {}

  async read(start: number, end: number): Promise<Buffer> {
    this.turn = 1 - this.turn;
    const buffer = this.buffers[this.turn as 0 | 1];
    const { bytesRead } = await this.handle.read(buffer, 0, Math.min(BUFFER, end - start), start);
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    throw new OperatorError('PreconditionFailed', `${this.file} has become shorter: it ends at byte ${start} now`);
  }
}

async function send(
  image: RemoteImage,
  content: Content,
  start: number,
  end: number,
  onSent: (sent: number) => void,
): Promise<void> {
  const put = got.stream(`${image.url}?flush=n`, {
    ...image.wire(),
    method: 'PUT',
    headers: {
      'content-length': `${end - start}`,
      'content-range': `bytes ${start}-${end - 1}/*`,
      'content-type': 'application/octet-stream',
    },
  });
  const answer = answerTo(put);
  // Where a write fails, the answer tells why.
  const write = (bytes: Buffer) =>
    new Promise<unknown>((done) => put.write(bytes, (error) => done(error ? answer.whole : undefined)));
  try {
    // A server that refuses answers before it has read everything; one that is away answers no write.
    let written: Promise<unknown> = Promise.resolve();
    for (let at = start; at < end && !answer.came; ) {
      const bytes = await content.read(at, end);
      await Promise.race([written, answer.whole]);
      if (at > start) onSent(at);
      written = write(bytes);
      written.catch(() => undefined);
      at += bytes.length;
    }
    await Promise.race([written, answer.whole]);
    onSent(end);
    if (!answer.came) put.end();
    const { status, body } = await answer.whole;
    if (status !== 200) throw image.refusal(status, body, `byte ${start} and on`);
  } catch (error) {
    const failure = image.failure(error);
    // A refusal is followed by the end of the connection, which may overtake it on the way.
    if (failure instanceof OperatorError && failure.type === 'EngineUnreachable') await image.features();
    throw failure;
  } finally {
    put.destroy();
  }
}

/** What a request is answered, whenever that comes; a request that breaks off rejects it. */
function answerTo(request: ReturnType<typeof got.stream>) {
  const answer = { came: false, whole: collect() };
  answer.whole.catch(() => undefined);
  return answer;

  async function collect(): Promise<{ status: number; body: string }> {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    const ended = once(request, 'end');
    const [response] = (await Promise.race([once(request, 'response'), ended])) as [{ statusCode: number }];
    answer.came = true;
    await ended;
    return { status: response.statusCode, body: Buffer.concat(parts).toString() };
  }
}
