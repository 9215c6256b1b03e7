import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Operation } from './tickets.ts';

const MiB = 2 ** 20;
/** Bytes that are written or read at once, whatever the size of an image. */
const PIECE = MiB;
const zeros = Buffer.alloc(PIECE);

/** The bytes of an image in a sparse file, which ends where the last byte was written; behind its end are zeros. */
export class ImageFile {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<ImageFile> {
    // Neither truncates what is there nor appends to it.
    return new ImageFile(await open(path, 'r+').catch(() => open(path, 'wx+')));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #length(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /** Writes a stream from an offset on; what came before the stream broke is written as well. */
  async receive(source: AsyncIterable<Buffer>, operation: Operation, moved: (bytes: number) => void): Promise<void> {
    let batch: Buffer[] = [];
    let held = 0;
    const flush = async (): Promise<void> => {
      const [parts, bytes] = [batch, held];
      batch = [];
      held = 0;
      if (bytes === 0) return;
      await this.#file.writev(parts, operation.offset + operation.done);
      operation.done += bytes;
      moved(bytes);
    };
    try {
      for await (const part of source) {
        batch.push(part);
        held += part.length;
        if (held >= PIECE) await flush();
      }
    } finally {
      await flush();
    }
  }

  async zero(size: number, operation: Operation): Promise<void> {
    const end = operation.offset + size;
    const length = await this.#length();
    const solid = Math.min(end, length);
    for (let at = operation.offset; at < solid; at += PIECE) {
      await this.#file.write(zeros, 0, Math.min(PIECE, solid - at), at);
    }
    if (end > length) await this.#file.truncate(end);
    operation.done = size;
  }

  async *send(size: number, operation: Operation): AsyncGenerator<Buffer> {
    const end = operation.offset + size;
    while (operation.offset + operation.done < end) {
      const at = operation.offset + operation.done;
      const wanted = Math.min(PIECE, end - at);
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(wanted), 0, wanted, at);
      // Behind the file's end the buffer has its zeros.
      const piece = bytesRead === 0 ? wanted : bytesRead;
      yield buffer.subarray(0, piece);
      operation.done += piece;
    }
  }
}
