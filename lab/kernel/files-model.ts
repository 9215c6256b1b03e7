/** Interfaces of files. */

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'device';
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  /** Virtual milliseconds. */
  readonly modified: number;
  readonly inode: number;
}

export interface WriteOptions {
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly append?: boolean;
}

/** A host's files, synchronous. Texts are UTF-8; `readBytes`/`writeBytes` carry latin-1 byte strings. */
export interface Vfs {
  read(path: string): string;
  readBytes(path: string): string;
  /** Makes missing parent directories; an existing file keeps mode and owner unless told. */
  write(path: string, text: string, options?: WriteOptions): void;
  writeBytes(path: string, bytes: string, options?: WriteOptions): void;
  append(path: string, text: string): void;
  exists(path: string): boolean;
  /** Something has this name, if only a symbolic link that leads nowhere. */
  named(path: string): boolean;
  isDirectory(path: string): boolean;
  stat(path: string): FileStat;
  lstat(path: string): FileStat;
  list(path: string): string[];
  mkdir(path: string, options?: WriteOptions): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  readlink(path: string): string;
  chmod(path: string, mode: number): void;
  chown(path: string, owner: string, group?: string): void;
  touch(path: string, modified: number): void;
  realpath(path: string): string;
  /** Gives a file a size, with a hole where nothing was written; makes it when it is missing. */
  truncate(path: string, size: number, options?: WriteOptions): void;
  /** Shows another file system's files at a path; while `answers` is false, looks into them fail. */
  mount(path: string, other: Vfs, answers: () => boolean): void;
  /** Takes a mount away; the directory that it hid is empty. */
  unmount(path: string): void;
  /** A file whose content is computed at each read (/proc, /sys); writes go to `onWrite`. */
  dynamic(path: string, content: () => string, onWrite?: (text: string) => void): void;
  /** True: writes fail with `No space left on device`. */
  full: boolean;
}
