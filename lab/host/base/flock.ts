/** flock: real exclusion between the processes of a host, held by the open file as the kernel does it. */
import { FileError } from '../../kernel/file-error.ts';
import type { Host } from '../../kernel/host.ts';
import { type Process, shellStatus } from '../../kernel/process.ts';
import { diskFile, OpenFile } from '../../kernel/streams.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { at } from './operands.ts';

interface Lock {
  readonly holders: Map<OpenFile, 'shared' | 'exclusive'>;
  readonly waiting: Set<() => void>;
}

/** By host and file; volatile like everything in the kernel's memory. */
function locksOf(host: Host): Map<string, Lock> {
  const known = host.volatile.get('flock') as Map<string, Lock> | undefined;
  if (known) return known;
  const fresh = new Map<string, Lock>();
  host.volatile.set('flock', fresh);
  return fresh;
}

function unlock(lock: Lock, file: OpenFile): void {
  if (!lock.holders.delete(file)) return;
  for (const wake of [...lock.waiting]) wake();
}

function tryLock(lock: Lock, file: OpenFile, kind: 'shared' | 'exclusive'): boolean {
  const others = [...lock.holders].filter(([holder]) => holder !== file);
  if (others.some(([, held]) => kind === 'exclusive' || held === 'exclusive')) return false;
  lock.holders.set(file, kind);
  file.releases.add(() => unlock(lock, file));
  return true;
}

/** True when the lock is held; false when it was not to be had in time. */
async function acquire(
  ctx: CommandContext,
  path: string,
  file: OpenFile,
  options: { kind: 'shared' | 'exclusive'; wait: number | undefined },
): Promise<boolean> {
  const locks = locksOf(ctx.host as Host);
  const key = String(ctx.host.fs.exists(path) ? ctx.host.fs.stat(path).inode : path);
  const lock = locks.get(key) ?? { holders: new Map(), waiting: new Set() };
  locks.set(key, lock);
  let late = false;
  let wake = (): void => undefined;
  const cancel =
    options.wait === undefined
      ? undefined
      : ctx.lab.clock.after(options.wait, () => {
          late = true;
          wake();
        });
  try {
    while (!tryLock(lock, file, options.kind)) {
      if (late || options.wait === 0) return false;
      const freed = new Promise<void>((resolve) => {
        wake = resolve;
        lock.waiting.add(resolve);
      });
      await (ctx.process as Process).interruptible(freed).finally(() => lock.waiting.delete(wake));
    }
    return true;
  } finally {
    cancel?.();
  }
}

export const flock: Command = async (ctx) => {
  const { operands, value, has, unknown } = parseOptions(
    ctx.args,
    'sexnuw:oE:F',
    ['shared', 'exclusive', 'nonblock', 'nb', 'unlock', 'wait=', 'timeout=', 'close', 'conflict-exit-code=', 'no-fork'],
    { stopAtOperand: true },
  );
  const [target, ...command] = operands;
  if (unknown !== undefined || target === undefined) {
    ctx.err(
      unknown === undefined
        ? 'flock: requires file descriptor, file or directory\n'
        : `flock: invalid option -- '${unknown.replace(/^-+/, '')}'\n`,
    );
    return 64;
  }
  const conflict = Number(value('E', 'conflict-exit-code') ?? 1);
  const wait = has('n', 'nonblock', 'nb')
    ? 0
    : value('w', 'wait', 'timeout') === undefined
      ? undefined
      : Number(value('w', 'wait', 'timeout'));
  const kind = has('s', 'shared') ? 'shared' : 'exclusive';
  const process = ctx.process as Process;
  if (command.length === 0) {
    const file = process.files.get(Number(target));
    if (!/^\d+$/.test(target) || !file?.path) {
      ctx.err(`flock: ${target}: Bad file descriptor\n`);
      return 65;
    }
    if (has('u', 'unlock')) {
      for (const lock of locksOf(ctx.host as Host).values()) unlock(lock, file);
      return 0;
    }
    return (await acquire(ctx, file.path, file, { kind, wait })) ? 0 : conflict;
  }
  const path = at(ctx, target);
  let file: OpenFile;
  try {
    if (!ctx.host.fs.isDirectory(path.slice(0, path.lastIndexOf('/')) || '/')) throw new FileError('ENOENT', path);
    file = ctx.host.fs.isDirectory(path) ? new OpenFile({ path }) : diskFile(ctx.host.fs, path, 'append');
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    ctx.err(`flock: cannot open lock file ${target}: ${error.reason}\n`);
    return 66;
  }
  process.files.set(Math.max(2, ...process.files.keys()) + 1, file);
  if (!(await acquire(ctx, path, file, { kind, wait }))) return conflict;
  const argv = command[0] === '-c' || command[0] === '--command' ? ['/bin/sh', '-c', command[1] ?? ''] : command;
  const files = new Map(
    [...process.files]
      .filter(([, one]) => one !== file || !has('o', 'close'))
      .map(([descriptor, one]) => [descriptor, one.dup()]),
  );
  const child = (ctx.host as Host).execute(process, argv, { files, env: new Map(ctx.env) });
  if (typeof child === 'number') {
    for (const one of files.values()) one.close();
    ctx.err(`flock: failed to execute ${argv[0]}: No such file or directory\n`);
    return 69;
  }
  return shellStatus(await process.interruptible(child.done));
};
