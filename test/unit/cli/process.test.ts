import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readyLine } from '../../../cli/stack/lab.ts';
import { isOurs, type Program, startDetached, startMark, stop, untilReady } from '../../../cli/stack/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'process-'));
const pids: number[] = [];

function start(script: string) {
  const program: Program = {
    command: process.execPath,
    args: ['-e', script],
    log: join(folder, 'log'),
    stdout: join(folder, 'stdout'),
  };
  const started = startDetached(program);
  pids.push(started.record.pid);
  return { program, started };
}

afterEach(() => {
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
});

const READY = 'console.log(JSON.stringify({ ready: true })); setInterval(() => {}, 1000);';

test('a started process is ours until it has ended', async () => {
  const { program, started } = start(READY);
  await expect(untilReady('It', started, program.log, 10, async () => readyLine(program.stdout))).resolves.toEqual({
    ready: true,
  });
  expect(isOurs(started.record)).toBe(true);
  await expect(stop(started.record)).resolves.toBe('ended');
  expect(isOurs(started.record)).toBe(false);
  await expect(stop(started.record)).resolves.toBe('gone');
});

test('a process that ignores SIGTERM is killed after the grace', async () => {
  const { program, started } = start(`process.on('SIGTERM', () => {}); ${READY}`);
  await untilReady('It', started, program.log, 10, async () => readyLine(program.stdout));
  await expect(stop(started.record, 0.3)).resolves.toBe('killed');
  expect(isOurs(started.record)).toBe(false);
});

test('a foreign process that got the recorded pid is not ours, and is left alone', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(other, 'spawn');
  const pid = other.pid ?? -1;
  const record = { pid, started: `${startMark(process.pid)}` };
  expect(isOurs(record)).toBe(false);
  await expect(stop(record)).resolves.toBe('gone');
  expect(startMark(pid)).toBeDefined();
  other.kill('SIGKILL');
  await once(other, 'exit');
});

test('a process that ends before it is ready is told with the last lines of its log', async () => {
  const { program, started } = start("console.error('the port is taken'); process.exit(7);");
  const waiting = untilReady('The server', started, program.log, 10, async () => undefined);
  await expect(waiting).rejects.toThrow(
    /^The server did not start: it ended with exit code 7\..*\n {2}the port is taken$/s,
  );
});

test('a process that never gets ready is given up after the limit', async () => {
  const { program, started } = start('setInterval(() => {}, 1000)');
  await expect(untilReady('It', started, program.log, 0.2, async () => undefined)).rejects.toThrow(
    /was not ready after 0.2 s/,
  );
});

test('half a line is not yet the ready line', async () => {
  const { program, started } = start(
    `process.stdout.write('{"ready":'); setTimeout(() => process.stdout.write('true}\\n'), 300); setInterval(() => {}, 1000);`,
  );
  await expect(untilReady('It', started, program.log, 10, async () => readyLine(program.stdout))).resolves.toEqual({
    ready: true,
  });
});
