import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('the command runs from its sources where nothing can be kept', () => {
  const env = { ...process.env, XDG_CACHE_HOME: '/dev/null' };
  const said = execFileSync(process.execPath, ['bin/runbook.js', 'describe', 'uploadIso'], { encoding: 'utf8', env });
  expect(said).toContain('uploadIso');
});
