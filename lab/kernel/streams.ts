/**
 * Open files: what descriptors point to. Bytes travel as latin-1 strings. An open file is shared by the descriptors
 * that were duplicated from it, as in the kernel; the last close ends it and gives its locks back.
 */
import type { Vfs } from './model.ts';

export class OpenFile {
  readonly path: string | undefined;
  #references = 1;
  readonly #write: ((bytes: string) => void) | undefined;
  readonly #read: (() => Promise<string | undefined>) | undefined;
  readonly #onClose: (() => void) | undefined;
  /** Bytes that were read from the source but not taken by the reader. */
  #pending = '';
  #ended = false;
  /** Called when the last descriptor is closed (locks are given back). */
  readonly releases = new Set<() => void>();

  constructor(options: {
    path?: string;
    write?: (bytes: string) => void;
    read?: () => Promise<string | undefined>;
    onClose?: () => void;
  }) {
    this.path = options.path;
    this.#write = options.write;
    this.#read = options.read;
    this.#onClose = options.onClose;
  }

  get writable(): boolean {
    return this.#write !== undefined;
  }

  get readable(): boolean {
    return this.#read !== undefined;
  }

  dup(): OpenFile {
    this.#references += 1;
    return this;
  }

  close(): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    for (const release of this.releases) release();
    this.releases.clear();
    this.#onClose?.();
  }

  write(bytes: string): void {
    this.#write?.(bytes);
  }

  /** The next bytes, as many as there are; undefined at end of file. */
  async chunk(): Promise<string | undefined> {
    if (this.#pending !== '') {
      const bytes = this.#pending;
      this.#pending = '';
      return bytes;
    }
    if (this.#ended || !this.#read) return undefined;
    const bytes = await this.#read();
    if (bytes === undefined) this.#ended = true;
    return bytes;
  }

  async all(): Promise<string> {
    let text = '';
    for (let bytes = await this.chunk(); bytes !== undefined; bytes = await this.chunk()) text += bytes;
    return text;
  }

  /** Reads up to and with the delimiter; leaves the rest for the next reader. */
  async upTo(delimiter: string): Promise<string | undefined> {
    let text = '';
    for (;;) {
      const bytes = await this.chunk();
      if (bytes === undefined) return text === '' ? undefined : text;
      const end = bytes.indexOf(delimiter);
      if (end >= 0) {
        this.#pending = bytes.slice(end + delimiter.length);
        return text + bytes.slice(0, end + delimiter.length);
      }
      text += bytes;
    }
  }
}

/** What the descriptors of a process point to. */
export type Files = Map<number, OpenFile>;

export function nullFile(): OpenFile {
  return new OpenFile({ path: '/dev/null', write: () => undefined, read: async () => undefined });
}

export function textSource(bytes: string): OpenFile {
  let left: string | undefined = bytes === '' ? undefined : bytes;
  return new OpenFile({
    read: async () => {
      const now = left;
      left = undefined;
      return now;
    },
  });
}

/** Collects what is written. */
export function collector(): { file: OpenFile; bytes(): string } {
  const parts: string[] = [];
  return { file: new OpenFile({ write: (bytes) => void parts.push(bytes) }), bytes: () => parts.join('') };
}

/** A pipe; its reader sees the end when the last writer has closed. Writing without a reader is silently dropped. */
export function pipe(): { reader: OpenFile; writer: OpenFile } {
  const buffer: string[] = [];
  let closed = false;
  let wake: (() => void) | undefined;
  const writer = new OpenFile({
    write: (bytes) => {
      if (bytes !== '') buffer.push(bytes);
      wake?.();
    },
    onClose: () => {
      closed = true;
      wake?.();
    },
  });
  const reader = new OpenFile({
    read: async () => {
      while (buffer.length === 0) {
        if (closed) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const bytes = buffer.join('');
      buffer.length = 0;
      return bytes;
    },
  });
  return { reader, writer };
}

/** A file of the host; each write lands at once, so that a follower sees it. */
export function diskFile(fs: Vfs, path: string, mode: 'read' | 'write' | 'append' | 'both'): OpenFile {
  if (mode === 'read') fs.readBytes(path);
  if (mode === 'write') fs.writeBytes(path, '');
  if (mode !== 'read' && !fs.exists(path)) fs.writeBytes(path, '');
  let offset = 0;
  const read = async (): Promise<string | undefined> => {
    const bytes = fs.exists(path) ? fs.readBytes(path).slice(offset) : '';
    offset += bytes.length;
    return bytes === '' ? undefined : bytes;
  };
  const write = (bytes: string): void => fs.writeBytes(path, bytes, { append: true });
  if (mode === 'read') return new OpenFile({ path, read });
  return mode === 'both' ? new OpenFile({ path, read, write }) : new OpenFile({ path, write });
}

export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
