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
