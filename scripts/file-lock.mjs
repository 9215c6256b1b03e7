/** A lock between processes: a file that names its holder; a holder that is dead holds nothing. */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Runs the work while holding the lock; waits for a living holder.
 * @template T
 * @param {string} path
 * @param {() => T | Promise<T>} work
 * @param {{ waiting?: (pid: number) => void }} [options] `waiting` is told once that somebody else holds it
 * @returns {Promise<T>}
 */
export async function withFileLock(path, work, { waiting } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!take(path)) {
    const pid = holder(path);
    if (pid !== undefined && !told) {
      told = true;
      waiting?.(pid);
    }
    await pause(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function take(path) {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${process.pid}\n`);
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const pid = holder(path);
  if (pid === undefined || alive(pid)) return false;
  const grave = `${path}.${process.pid}`;
  try {
    renameSync(path, grave);
    // Somebody may have cleared the dead holder's lock and taken it between our look and our move: then it goes back.
    if (holder(grave) === pid) rmSync(grave, { force: true });
    else renameSync(grave, path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return false;
}

/** @param {string} path */
function holder(path) {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
    return Number.isInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function alive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  try {
    // A process that nobody has reaped yet (no init in a container) is dead all the same.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return true;
  }
}
