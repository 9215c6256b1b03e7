/** Sends a file into an image, piece by piece, so that it can go on where it was. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { OperatorError } from '../../failures/operator-error.ts';
import { Answer } from './answer.ts';
import type { RemoteImage } from './image.ts';
import { readBuffer } from './read-buffer.ts';

export interface UploadOptions {
  readonly file: string;
  /** Bytes of the file. */
  readonly size: number;
  /** The first byte to send: what was durable when a former try ended. */
  readonly from: number;
  /** Told as bytes go out; `durable` grows when a piece has been flushed to the storage. */
  readonly onProgress: (sent: number, durable: number) => void;
  /** Bytes between two flushes, where they are not to follow the rate. */
  readonly piece?: number;
  /** How many may write to the image at a time, by the server's own word. */
  readonly writers?: number;
}

const MIB = 2 ** 20;
/**
 * What goes out between two flushes is what a death costs: some seconds of sending, on a slow line as on a fast one. A flush
 * keeps the server from reading on, a tenth of the time at 128 MiB and fast storage.
 */
const PIECE = { first: 64 * MIB, least: 16 * MIB, most: 256 * MIB, milliseconds: 3000 } as const;
/** Measured: smaller ones cost processor time for each, larger ones bring nothing more. */
const BUFFER = 2 ** 19;
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
  const { file, size, from, onProgress, writers = 1 } = options;
  const handle = await open(file);
  const contents = Array.from({ length: Math.max(1, Math.min(writers, CONNECTIONS)) }, () => new Content(handle, file));
  try {
    let [durable, piece] = [from, options.piece ?? PIECE.first];
    while (durable < size) {
      const began = performance.now();
      const end = Math.min(durable + piece, size);
      await sendPiece(image, contents, durable, end, (sent) => onProgress(sent, durable));
      piece = options.piece ?? nextPiece(end - durable, performance.now() - began);
      durable = end;
      onProgress(durable, durable);
    }
  } finally {
    await handle.close();
  }
}

/** How many bytes the next piece has, by what the last one took. */
export function nextPiece(bytes: number, milliseconds: number): number {
  const inTime = Math.round((bytes * PIECE.milliseconds) / milliseconds / MIB) * MIB;
  return Math.min(Math.max(inTime, PIECE.least), PIECE.most);
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
  private readonly buffers = [readBuffer(BUFFER), readBuffer(BUFFER)] as const;

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
  const answer = new Answer(put, image);
  try {
    const connection = await answer.or<Socket>((done) => put.once('socket', done).flushHeaders());
    const write = (bytes: Buffer) =>
      // Past the request, which has no part in the body but would take a tenth of the time.
      answer.or<void>((done) => connection?.write(bytes, (error) => error ?? done(onSent(bytes.length))));
    let written: Promise<unknown> = Promise.resolve();
    for (let at = start; at < end; ) {
      const bytes = await content.read(at, end);
      await written;
      // A server that refuses answers before it has read everything.
      if (answer.came) break;
      written = write(bytes);
      at += bytes.length;
    }
    await written;
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
