/** A host's file system in memory: inodes with modes and owners, symbolic links, computed files, permission checks. */

import { actor } from './current.ts';
import { FileError, ifAnswered, normalise } from './file-error.ts';
import { answering, computedDirectory, type Listing, type Node, own, permit, statOf } from './file-node.ts';
import type { FileStat, Vfs, WriteOptions } from './model.ts';

/** What is the same in Latin-1 and UTF-8. */
const ascii = /^[\0-\x7f]*$/;
/** Places whose changes are not changes of the modelled world. */
const scratch = /^\/(tmp|var\/tmp|dev|proc|run\/lock|var\/lock|run\/user)(\/|$)/;

export class MemoryFs implements Vfs {
  full = false;
  readonly #now: () => number;
  readonly #changed: (what: string) => void;
  #inodes = 2;
  readonly #root: Node;

  constructor(options: { now: () => number; changed: (what: string) => void }) {
    this.#now = options.now;
    this.#changed = options.changed;
    this.#root = this.#node('directory', 0o755);
  }

  read(path: string): string {
    const bytes = this.readBytes(path);
    return ascii.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
  }

  readBytes(path: string): string {
    const node = this.#need(path);
    if (node.type === 'directory') throw new FileError('EISDIR', path);
    permit(node, 4, path);
    if (node.content) return Buffer.from(node.content(), 'utf8').toString('latin1');
    if (node.parts.length > 1) node.parts = [node.parts.join('')];
    return node.parts[0] ?? '';
  }

  write(path: string, text: string, options?: WriteOptions): void {
    this.writeBytes(path, Buffer.from(text, 'utf8').toString('latin1'), options);
  }

  writeBytes(path: string, bytes: string, options: WriteOptions = {}): void {
    let node = this.#find(path);
    if (node?.type === 'directory') throw new FileError('EISDIR', path);
    if (node?.type === 'device' || node?.content) {
      permit(node, 2, path);
      node.onWrite?.(bytes);
      return;
    }
    const who = actor();
    if (!node) {
      const real = this.#creationPath(path);
      const { parent, name } = this.#parent(real, true);
      permit(parent, 2, path);
      if (this.full) throw new FileError('ENOSPC', path);
      node = this.#node('file', options.mode ?? 0o666 & ~(who?.umask ?? 0o022));
      parent.children?.set(name, node);
    } else permit(node, 2, path);
    if (this.full && bytes !== '') throw new FileError('ENOSPC', path);
    if (options.append) node.parts.push(bytes);
    else node.parts = [bytes];
    node.size = options.append ? node.size + bytes.length : bytes.length;
    node.modified = this.#now();
    if (options.mode !== undefined) node.mode = options.mode;
    if (options.owner !== undefined) node.owner = options.owner;
    if (options.group !== undefined) node.group = options.group;
    this.#touchWorld(path);
  }

  append(path: string, text: string): void {
    this.write(path, text, { append: true });
  }

  exists(path: string): boolean {
    return ifAnswered(() => this.#find(path)) !== undefined;
  }

  named(path: string): boolean {
    return this.#find(path, false) !== undefined;
  }

  isDirectory(path: string): boolean {
    return ifAnswered(() => this.#find(path))?.type === 'directory';
  }

  stat(path: string): FileStat {
    return statOf(this.#need(path));
  }

  lstat(path: string): FileStat {
    return statOf(this.#need(path, false));
  }

  list(path: string): string[] {
    const node = this.#need(path);
    if (node.type !== 'directory') throw new FileError('ENOTDIR', path);
    permit(node, 4, path);
    return [...(node.children?.keys() ?? [])].sort();
  }

  mkdir(path: string, options: WriteOptions = {}): void {
    if (this.#find(path)) return;
    const { parent, name } = this.#parent(path, true);
    permit(parent, 2, path);
    const node = this.#node('directory', options.mode ?? 0o777 & ~(actor()?.umask ?? 0o022));
    if (options.owner !== undefined) node.owner = options.owner;
    if (options.group !== undefined) node.group = options.group;
    parent.children?.set(name, node);
    this.#touchWorld(path);
  }

  remove(path: string): void {
    const { parent, name } = this.#parent(path, false);
    if (!parent.children?.has(name)) throw new FileError('ENOENT', path);
    permit(parent, 2, path);
    parent.children.delete(name);
    this.#touchWorld(path);
  }

  rename(from: string, to: string): void {
    const source = this.#parent(from, false);
    const node = source.parent.children?.get(source.name);
    if (!node) throw new FileError('ENOENT', from);
    const target = this.#parent(to, false);
    permit(source.parent, 2, from);
    permit(target.parent, 2, to);
    source.parent.children?.delete(source.name);
    target.parent.children?.set(target.name, node);
    this.#touchWorld(to);
  }

  symlink(target: string, path: string): void {
    const { parent, name } = this.#parent(path, true);
    if (parent.children?.has(name)) throw new FileError('EEXIST', path);
    permit(parent, 2, path);
    const node = this.#node('symlink', 0o777);
    node.target = target;
    parent.children?.set(name, node);
    this.#touchWorld(path);
  }

  /** A second name for the same file. */
  link(existing: string, path: string): void {
    const node = this.#need(existing);
    const { parent, name } = this.#parent(path, false);
    if (parent.children?.has(name)) throw new FileError('EEXIST', path);
    permit(parent, 2, path);
    parent.children?.set(name, node);
    this.#touchWorld(path);
  }

  readlink(path: string): string {
    const node = this.#need(path, false);
    if (node.target === undefined) throw new FileError('EINVAL', path);
    return node.target;
  }

  chmod(path: string, mode: number): void {
    const node = this.#need(path);
    own(node, path);
    node.mode = mode & 0o7777;
    this.#touchWorld(path);
  }

  chown(path: string, owner: string, group?: string): void {
    const node = this.#need(path);
    if ((actor()?.user ?? 'root') !== 'root') throw new FileError('EACCES', path);
    if (owner !== '') node.owner = owner;
    if (group !== undefined && group !== '') node.group = group;
    this.#touchWorld(path);
  }

  touch(path: string, modified: number): void {
    const node = this.#need(path);
    node.modified = modified;
    this.#touchWorld(path);
  }

  realpath(path: string): string {
    const trail: string[] = [];
    if (!this.#walk(path, true, trail)) throw new FileError('ENOENT', path);
    return `/${trail.join('/')}`;
  }

  truncate(path: string, size: number, options: WriteOptions = {}): void {
    if (!this.exists(path)) this.write(path, '', options);
    this.#need(path).size = size;
  }

  mount(path: string, other: Vfs, answers: () => boolean): void {
    if (!(other instanceof MemoryFs)) throw new FileError('EINVAL', path);
    this.mkdir(path);
    const { parent, name } = this.#parent(path, false);
    parent.children?.set(name, answering(other.#root, path, answers));
  }

  unmount(path: string): void {
    const { parent, name } = this.#parent(path, false);
    parent.children?.set(name, this.#node('directory', 0o755));
  }

  dynamic(path: string, content: () => string, onWrite?: (text: string) => void): void {
    const { parent, name } = this.#parent(path, true);
    const node = this.#node('file', onWrite ? 0o644 : 0o444);
    node.content = content;
    if (onWrite) node.onWrite = onWrite;
    parent.children?.set(name, node);
  }

  /** A directory whose entries are computed at each look (/sys). */
  listing(path: string, list: () => Listing): void {
    const { parent, name } = this.#parent(path, true);
    parent.children?.set(name, computedDirectory(this.#node.bind(this), list));
  }

  /** A device node; reads give nothing, writes vanish. */
  device(path: string, mode = 0o660): void {
    const { parent, name } = this.#parent(path, true);
    parent.children?.set(name, this.#node('device', mode));
  }

  #node(type: FileStat['type'], mode: number): Node {
    const owner = actor()?.user ?? 'root';
    const fresh = { inode: this.#inodes++, modified: this.#now(), parts: [], size: 0 };
    const node: Node = { type, mode, owner, group: owner, ...fresh };
    if (type === 'directory') node.children = new Map();
    return node;
  }

  #walk(path: string, follow: boolean, trail: string[] = [], depth = 0): Node | undefined {
    if (depth > 20) throw new FileError('ELOOP', path);
    let node: Node = this.#root;
    const trace: Node[] = [];
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    for (const [index, part] of parts.entries()) {
      if (part === '..') {
        node = trace.pop() ?? this.#root;
        trail.pop();
        continue;
      }
      const next = node.children?.get(part);
      if (!next) return undefined;
      if (next.target !== undefined && (follow || index < parts.length - 1)) {
        const rest = parts.slice(index + 1).join('/');
        const base = next.target.startsWith('/') ? next.target : `/${trail.join('/')}/${next.target}`;
        trail.length = 0;
        return this.#walk(`${base}/${rest}`, follow, trail, depth + 1);
      }
      trace.push(node);
      trail.push(part);
      node = next;
    }
    return node;
  }

  #find(path: string, follow = true): Node | undefined {
    return this.#walk(path, follow);
  }

  #need(path: string, follow = true): Node {
    const node = this.#find(path, follow);
    if (!node) throw new FileError('ENOENT', path);
    return node;
  }

  /** Writing to a dangling symbolic link makes its target. */
  #creationPath(path: string): string {
    const link = this.#find(path, false);
    if (link?.target === undefined) return path;
    return link.target.startsWith('/') ? link.target : `${path.slice(0, path.lastIndexOf('/'))}/${link.target}`;
  }

  #parent(path: string, make: boolean): { parent: Node; name: string } {
    const parts = normalise(path).split('/').filter(Boolean);
    const name = parts.pop();
    if (name === undefined) throw new FileError('EISDIR', path);
    let at = '';
    let parent = this.#root;
    for (const part of parts) {
      at += `/${part}`;
      let next = this.#find(at);
      if (!next && make) {
        next = this.#node('directory', 0o755);
        parent.children?.set(part, next);
      }
      if (!next) throw new FileError('ENOENT', path);
      if (next.type !== 'directory') throw new FileError('ENOTDIR', path);
      parent = next;
    }
    return { parent, name };
  }

  #touchWorld(path: string): void {
    if (actor()?.counts && !scratch.test(path)) this.#changed(path);
  }
}
