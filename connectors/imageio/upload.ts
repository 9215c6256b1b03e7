/** Sends a file into an image, piece by piece, so that it can go on where it was. */
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
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
  /** How many may write to the image at a time, by the server's own word. */
  readonly writers?: number;
}

const PIECE = 128 * 2 ** 20;
/** Measured: on one connection, larger ones keep the server waiting. */
const BUFFER = 2 ** 18;
/**
 * While the server writes what came over one connection to the storage, it reads from the other. Measured: more of them
 * cost processor time and bring nothing.
 */
const CONNECTIONS = 2;

/**
 * Leaves the file's bytes from `from` on in the image, flushed to its storage. Memory stays constant: for each connection
 * two buffers, one being read while the other goes out. The server knows no chunked bodies, and of Content-Range it reads
 * the start only.
 * @throws NotFound when the transfer is over, EngineUnreachable when the server is away: send again from `durable`;
 * PreconditionFailed when the file has become shorter
 */
export async function upload(image: RemoteImage, options: UploadOptions): Promise<void> {
  const { file, size, from, onProgress, piece = PIECE, writers = 1 } = options;
  const handle = await open(file);
  const contents = Array.from({ length: Math.max(1, Math.min(writers, CONNECTIONS)) }, () => new Content(handle, file));
  try {
    let durable = from;
    while (durable < size) {
      const end = Math.min(durable + piece, size);
      await sendPiece(image, contents, durable, end, (sent) => onProgress(sent, durable));
      await image.flush();
      durable = end;
      onProgress(durable, durable);
    }
  } finally {
    await handle.close();
  }
}

/** Sends a piece in parts of one length, each over a connection of its own; the first that fails ends the others. */
async function sendPiece(
  image: RemoteImage,
  contents: readonly Content[],
  start: number,
  end: number,
  onSent: (sent: number) => void,
): Promise<void> {
  const failed = new AbortController();
  const length = Math.ceil((end - start) / contents.length / BUFFER) * BUFFER;
  let sent = start;
  const told = (bytes: number) => {
    sent += bytes;
    onSent(sent);
  };
  const part = async (content: Content, index: number) => {
    const from = start + index * length;
    if (from >= end) return;
    try {
      await send(image, content, from, Math.min(from + length, end), failed.signal, told);
    } catch (error) {
      failed.abort(error);
    }
  };
  await Promise.all(contents.map(part));
  failed.signal.throwIfAborted();
}

/** A file read in turns into the same two buffers: each holds its bytes until the next but one is read. */
class Content {
  private turn = 0;
  private readonly buffers = [Buffer.allocUnsafeSlow(BUFFER), Buffer.allocUnsafeSlow(BUFFER)] as const;

  constructor(
    private readonly handle: FileHandle,
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
  ended: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<void> {
  const put = image.put(start, end, ended);
  const answer = answerTo(put, image);
  const write = (bytes: Buffer) =>
    new Promise<unknown>((done) => {
      put.write(bytes, (error) => {
        // Where a write fails, the answer tells why.
        if (error) return done(answer.whole);
        onSent(bytes.length);
        done(undefined);
      });
    });
  try {
    // A server that refuses answers before it has read everything; one that is away answers no write.
    let written: Promise<unknown> = Promise.resolve();
    for (let at = start; at < end && !answer.came; ) {
      const bytes = await content.read(at, end);
      await Promise.race([written, answer.whole]);
      written = write(bytes);
      written.catch(() => undefined);
      at += bytes.length;
    }
    await Promise.race([written, answer.whole]);
    if (!answer.came) put.end();
    const { status, body } = await answer.whole;
    if (status !== 200) throw image.refusal(status, body, `byte ${start} and on`);
  } catch (error) {
    ended.throwIfAborted();
    // A refusal is followed by the end of the connection, which may overtake it on the way.
    if (error instanceof OperatorError && error.type === 'EngineUnreachable') await image.abilities();
    throw error;
  } finally {
    put.destroy();
  }
}

/** What a request is answered, whenever that comes; a request that breaks off rejects it. */
function answerTo(put: ClientRequest, image: RemoteImage) {
  const answer = { came: false, whole: collect() };
  answer.whole.catch(() => undefined);
  // Told by the answer; what breaks after it is of no interest.
  put.on('error', () => undefined);
  return answer;

  async function collect(): Promise<{ status: number; body: string }> {
    try {
      const [response] = (await once(put, 'response')) as [IncomingMessage];
      answer.came = true;
      return { status: response.statusCode ?? 0, body: await text(response) };
    } catch (error) {
      throw image.broken(error as Error);
    }
  }
}
