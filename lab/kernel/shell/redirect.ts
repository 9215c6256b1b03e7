/** Redirections: what each descriptor of a command points to. */
import type { SimpleCommandNode } from 'just-bash';
import { FileError } from '../file-error.ts';
import { diskFile, type Files, nullFile, OpenFile, textSource, toBytes } from '../streams.ts';
import { type Shell, ShellError } from './state.ts';
import { expandText } from './words.ts';

export type Redirection = SimpleCommandNode['redirections'][number];

export function resolvePath(shell: Shell, path: string): string {
  return path.startsWith('/') ? path : `${shell.process.cwd}/${path}`;
}

/** A copy of the descriptors, to be given to a child. */
export function inherit(files: Files): Files {
  return new Map([...files].map(([descriptor, file]) => [descriptor, file.dup()]));
}

export function closeAll(files: Files): void {
  for (const file of files.values()) file.close();
}

/** Changes the descriptors in place; on an error the caller closes them. */
export async function redirect(shell: Shell, files: Files, redirections: readonly Redirection[]): Promise<void> {
  for (const one of redirections) {
    const set = (descriptor: number, file: OpenFile): void => {
      files.get(descriptor)?.close();
      files.set(descriptor, file);
    };
    let descriptor = one.fd ?? (one.operator.startsWith('<') ? 0 : 1);
    if (one.target.type === 'HereDoc') {
      set(descriptor, textSource(toBytes(await expandText(shell, one.target.content))));
      continue;
    }
    if (one.fdVariable !== undefined) {
      descriptor = Math.max(9, ...files.keys()) + 1;
      if (!one.operator.endsWith('&')) shell.assign(one.fdVariable, String(descriptor));
      else descriptor = Number(shell.get(one.fdVariable));
    }
    const target = await expandText(shell, one.target);
    switch (one.operator) {
      case '<<<':
        set(descriptor, textSource(toBytes(`${target}\n`)));
        break;
      case '>&':
      case '<&':
        if (target === '-') {
          files.get(descriptor)?.close();
          files.delete(descriptor);
        } else if (/^\d+-?$/.test(target)) {
          const source = files.get(Number.parseInt(target, 10));
          if (!source) throw new ShellError(`${target}: Bad file descriptor`);
          if (Number.parseInt(target, 10) !== descriptor) set(descriptor, source.dup());
          if (target.endsWith('-')) {
            source.close();
            files.delete(Number.parseInt(target, 10));
          }
        } else {
          const file = open(shell, files, target, 'write');
          set(1, file);
          set(2, file.dup());
        }
        break;
      case '&>':
      case '&>>': {
        const file = open(shell, files, target, one.operator === '&>' ? 'write' : 'append');
        set(1, file);
        set(2, file.dup());
        break;
      }
      case '<':
        set(descriptor, open(shell, files, target, 'read'));
        break;
      case '<>':
        set(descriptor, open(shell, files, target, 'both'));
        break;
      case '>>':
        set(descriptor, open(shell, files, target, 'append'));
        break;
      default:
        if (one.operator === '>' && shell.options.noclobber && shell.host.fs.exists(resolvePath(shell, target)))
          throw new ShellError(`${target}: cannot overwrite existing file`);
        set(descriptor, open(shell, files, target, 'write'));
    }
  }
}

/** Runs shell code with changed descriptors and puts the old ones back. */
export async function withRedirections(
  shell: Shell,
  redirections: readonly Redirection[],
  work: () => Promise<number>,
): Promise<number> {
  const saved = inherit(shell.process.files);
  try {
    await redirect(shell, shell.process.files, redirections);
    return await work();
  } catch (error) {
    if (!(error instanceof ShellError) || error.fatal) throw error;
    restore(shell, inherit(saved));
    shell.complain(error.message);
    return error.code;
  } finally {
    if (shell.process.running) restore(shell, saved);
    else closeAll(saved);
  }
}

function restore(shell: Shell, files: Files): void {
  closeAll(shell.process.files);
  shell.process.files.clear();
  for (const [descriptor, file] of files) shell.process.files.set(descriptor, file);
}

/** Opens as open(2) would; device names of descriptors duplicate them. */
export function open(shell: Shell, files: Files, target: string, mode: 'read' | 'write' | 'append' | 'both'): OpenFile {
  const device = /^\/dev\/(?:fd\/(\d+)|std(in|out|err))$/.exec(target);
  if (device) {
    const number = device[1] ? Number(device[1]) : ['in', 'out', 'err'].indexOf(device[2] ?? '');
    const file = files.get(number);
    if (!file) throw new ShellError(`${target}: No such file or directory`);
    return file.dup();
  }
  if (target === '/dev/null') return nullFile();
  if (target === '/dev/full' && mode !== 'read')
    return new OpenFile({
      path: target,
      write: () => {
        throw new FileError('ENOSPC', target);
      },
    });
  const path = resolvePath(shell, target);
  try {
    const fs = shell.host.fs;
    const directory = path.slice(0, path.lastIndexOf('/')) || '/';
    if (target === '') throw new FileError('ENOENT', target);
    if (fs.isDirectory(path) && mode !== 'read') throw new FileError('EISDIR', path);
    if (mode !== 'read' && !fs.isDirectory(directory)) throw new FileError('ENOENT', path);
    return diskFile(fs, path, mode);
  } catch (error) {
    if (error instanceof FileError) throw new ShellError(`${target}: ${error.reason}`);
    throw error;
  }
}
