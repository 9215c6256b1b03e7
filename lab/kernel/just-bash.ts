/**
 * The text tools of just-bash (grep, sed, awk, sort …) run on a host's files. Only tools without state of their own are
 * taken from there; whatever starts, waits for or kills processes is the lab's.
 */
import {
  Bash,
  type CommandName,
  type FsStat,
  type IFileSystem,
  latin1FromBytes,
  stdoutAsBytes,
  unsafeBytesFromLatin1,
} from 'just-bash';
import type { CommandContext } from '../types.ts';
import { FileError, normalise } from './file-error.ts';
import type { MemoryFs } from './files.ts';
import type { Host } from './host.ts';

const latin1 = (content: string | Uint8Array, encoding?: unknown): string => {
  if (typeof content !== 'string') return Buffer.from(content).toString('latin1');
  const binary = encoding === 'binary' || encoding === 'latin1';
  return binary ? content : Buffer.from(content, 'utf8').toString('latin1');
};

function encodingOf(options: unknown): unknown {
  return typeof options === 'object' && options !== null && 'encoding' in options ? options.encoding : options;
}

function adapt(fs: MemoryFs): IFileSystem {
  const stat = (path: string, follow: boolean): FsStat => {
    const found = follow ? fs.stat(path) : fs.lstat(path);
    return {
      isFile: found.type === 'file',
      isDirectory: found.type === 'directory',
      isSymbolicLink: found.type === 'symlink',
      mode: found.mode,
      size: found.size,
      mtime: new Date(found.modified),
      ino: found.inode,
      dev: 1,
    };
  };
  const removeTree = (path: string): void => {
    if (fs.lstat(path).type === 'directory') for (const name of fs.list(path)) removeTree(`${path}/${name}`);
    fs.remove(path);
  };
  const copy = (from: string, to: string): void => {
    if (fs.isDirectory(from)) {
      fs.mkdir(to, { mode: fs.stat(from).mode });
      for (const name of fs.list(from)) copy(`${from}/${name}`, `${to}/${name}`);
    } else fs.writeBytes(to, fs.readBytes(from), fs.exists(to) ? {} : { mode: fs.stat(from).mode & 0o777 });
  };
  return {
    readFile: async (path) => fs.read(path),
    readFileBytes: async (path) => unsafeBytesFromLatin1(fs.readBytes(path)),
    readFileBuffer: async (path) => Buffer.from(fs.readBytes(path), 'latin1'),
    writeFile: async (path, content, options) => fs.writeBytes(path, latin1(content, encodingOf(options))),
    appendFile: async (path, content, options) =>
      fs.writeBytes(path, latin1(content, encodingOf(options)), { append: true }),
    exists: async (path) => fs.exists(path),
    stat: async (path) => stat(path, true),
    lstat: async (path) => stat(path, false),
    mkdir: async (path, options) => {
      if (fs.exists(path) && !options?.recursive) throw new FileError('EEXIST', path);
      if (!options?.recursive && !fs.exists(path.slice(0, path.lastIndexOf('/')) || '/'))
        throw new FileError('ENOENT', path);
      fs.mkdir(path);
    },
    readdir: async (path) => fs.list(path),
    readdirWithFileTypes: async (path) =>
      fs.list(path).map((name) => {
        const { isFile, isDirectory, isSymbolicLink } = stat(`${path}/${name}`, false);
        return { name, isFile, isDirectory, isSymbolicLink };
      }),
    rm: async (path, options) => {
      try {
        if (!options?.recursive && fs.lstat(path).type === 'directory' && fs.list(path).length > 0)
          throw new FileError('ENOTEMPTY', path);
        removeTree(path);
      } catch (error) {
        if (!(options?.force && error instanceof FileError && error.code === 'ENOENT')) throw error;
      }
    },
    cp: async (from, to) => copy(from, to),
    mv: async (from, to) => fs.rename(from, to),
    resolvePath: (base, path) => normalise(path.startsWith('/') ? path : `${base}/${path}`),
    getAllPaths: () => [],
    chmod: async (path, mode) => fs.chmod(path, mode),
    symlink: async (target, path) => fs.symlink(target, path),
    link: async (existing, path) => fs.link(existing, path),
    readlink: async (path) => fs.readlink(path),
    realpath: async (path) => fs.realpath(path),
    utimes: async (path, _accessed, modified) => fs.touch(path, modified.getTime()),
  };
}

const shells = new WeakMap<Host, Bash>();

function shellOf(host: Host, tools: readonly CommandName[]): Bash {
  const known = shells.get(host);
  if (known) return known;
  const shell = new Bash({ fs: adapt(host.fs), commands: [...tools], defenseInDepth: false });
  shells.set(host, shell);
  return shell;
}

/** Runs one tool with its arguments as they are; output comes when it ends. */
export async function textTool(
  context: CommandContext,
  name: string,
  options: { tools: readonly CommandName[]; stdin: string },
): Promise<number> {
  const shell = shellOf(context.host as Host, options.tools);
  const result = await shell.exec(name, {
    args: [...context.args],
    env: Object.fromEntries(context.env),
    replaceEnv: true,
    cwd: context.cwd,
    stdin: options.stdin,
    stdinKind: 'bytes',
    rawScript: true,
  });
  const bytes = latin1FromBytes(stdoutAsBytes(result));
  if (bytes !== '') context.outBytes(bytes);
  if (result.stderr !== '') context.err(result.stderr);
  return result.exitCode;
}
