import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { PROJECT } from '../../support/child.ts';

test('a command whose reader has gone away, as `| head` does, ends quietly with its own code', async () => {
  const child = spawn(process.execPath, ['bin/runbook.js', 'list', '--json'], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect([code, said]).toEqual([0, '']);
});
