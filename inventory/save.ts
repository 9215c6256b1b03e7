/** Puts a changed file in place of the old one, as a whole: a reader sees the one or the other. */
import { randomUUID } from 'node:crypto';
import { chmod, chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { OperatorError } from '../failures/operator-error.ts';

/** Finds out before anybody is asked whether `replaceFile` could work. @throws InvalidInventory if not */
export async function requireWritable(path: string): Promise<void> {
  await told(path, async () => {
    const target = await realpath(path);
    await (await open(target, 'r+')).close();
    const trial = draftOf(target);
    await (await open(trial, 'wx', 0o600)).close();
    await rm(trial);
  });
}

/**
 * Replaces the file if it still holds `before`, or makes it if that is undefined and there is none. Mode and owner stay,
 * a symbolic link goes on pointing to it.
 * @throws InvalidInventory when it cannot be written or was changed meanwhile; the file is untouched then
 */
export async function replaceFile(path: string, before: string | undefined, after: string): Promise<void> {
  await told(path, async () => {
    const target = before === undefined ? path : await realpath(path);
    const former = before === undefined ? undefined : await stat(target);
    const unfinished = draftOf(target);
    try {
      const file = await open(unfinished, 'wx', 0o644);
      try {
        await file.writeFile(after);
        await file.sync();
      } finally {
        await file.close();
      }
      if (former !== undefined && process.getuid?.() === 0) await chown(unfinished, former.uid, former.gid);
      if (former !== undefined) await chmod(unfinished, former.mode & 0o7777);
      const now = await readFile(target, 'utf8').catch(unlessMissing);
      if (now !== before) throw new Error('somebody changed it meanwhile; look, and run it again');
      await rename(unfinished, target);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  });
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

/** Beside the file, because only there a rename replaces it in one go. */
function draftOf(target: string): string {
  return `${target}.${randomUUID()}.tmp`;
}

async function told(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = WHY[code ?? ''] ?? message;
    throw new OperatorError('InvalidInventory', `Cannot write ${path}: ${why}. Nothing was changed.`, {
      cause: error,
    });
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'you may not write the file or its folder',
  EPERM: 'you may not write the file or its folder',
  EROFS: 'it lies on a file system that is mounted read-only',
  EBUSY: 'it is mounted by itself, as into a container: change it where it comes from',
  ENOSPC: 'the disk is full',
};
