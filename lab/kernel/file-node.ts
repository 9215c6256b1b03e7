import { actor } from './current.ts';
import { FileError } from './file-error.ts';
import type { FileStat } from './model.ts';

export interface Node {
  type: FileStat['type'];
  inode: number;
  mode: number;
  owner: string;
  group: string;
  modified: number;
  parts: string[];
  size: number;
  target?: string;
  children?: Map<string, Node>;
  content?: () => string;
  onWrite?: (text: string) => void;
}

/** What a computed directory shows: texts of files, and further directories. */
export interface Listing {
  readonly [name: string]: string | Listing;
}

/** A directory of root's whose entries are made anew at each look, as the kernel's own file systems do. */
export function computedDirectory(make: (type: 'file' | 'directory', mode: number) => Node, list: () => Listing): Node {
  const own = (type: 'file' | 'directory', mode: number): Node =>
    Object.assign(make(type, mode), { owner: 'root', group: 'root' });
  const node = own('directory', 0o755);
  const entry = (value: string | Listing): Node =>
    typeof value === 'string'
      ? Object.assign(own('file', 0o444), { content: () => value })
      : computedDirectory(make, () => value);
  Object.defineProperty(node, 'children', {
    get: () => new Map(Object.entries(list()).map(([name, value]) => [name, entry(value)])),
  });
  return node;
}

/** What `stat` tells of it; the size of a computed file is that of its text at present. */
export function statOf(node: Node): FileStat {
  const text = node.target ?? node.content?.();
  const size = node.type === 'directory' ? 4096 : text === undefined ? node.size : Buffer.byteLength(text);
  const { type, mode, owner, group, modified, inode } = node;
  return { type, mode, owner, group, size, modified, inode };
}

/** Refuses who may not read (4), write (2) or enter (1). */
export function permit(node: Node, wanted: number, path: string): void {
  const user = actor()?.user ?? 'root';
  if (user === 'root') return;
  const shift = node.owner === user ? 6 : node.group === user ? 3 : 0;
  if (((node.mode >> shift) & wanted) !== wanted) throw new FileError('EACCES', path);
}

/** Refuses who neither owns it nor is root. */
export function own(node: Node, path: string): void {
  const user = actor()?.user ?? 'root';
  if (user !== 'root' && user !== node.owner) throw new FileError('EACCES', path);
}

/** The directory itself, with its owner and mode; only what is in it needs an answer of who keeps it. */
export function answering(directory: Node, path: string, answers: () => boolean): Node {
  return new Proxy(directory, {
    get: (node, key) => {
      if (key === 'children' && !answers()) throw new FileError('EIO', path);
      return Reflect.get(node, key);
    },
  });
}
