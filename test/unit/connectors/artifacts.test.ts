import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Artifacts, fileSafe } from '../../../connectors/artifacts.ts';
import { registerSecret } from '../../../connectors/redaction.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'artifacts-'));
});

afterEach(() => rm(home, { recursive: true }));

describe('artifacts', () => {
  it('are kept per workflow, for their owner only, with size and digest', async () => {
    const kept = await new Artifacts(home, 'deploy/host1').write('deploy.log', 'Stage: Termination ü\n');
    expect(dirname(kept.path)).toBe(join(home, 'artifacts', 'deploy%2Fhost1'));
    const content = await readFile(kept.path);
    expect(content.toString()).toBe('Stage: Termination ü\n');
    expect(kept.size).toBe(content.length);
    expect(kept.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect((await stat(kept.path)).mode & 0o777).toBe(0o600);
  });

  it('never hold a secret', async () => {
    registerSecret('hunter22');
    const kept = await new Artifacts(home, 'w').write('log', 'adminPassword=str:hunter22\n');
    await expect(readFile(kept.path, 'utf8')).resolves.toBe('adminPassword=str:[secret]\n');
  });

  it('written at once under one name leave one whole text and nothing unfinished', async () => {
    const artifacts = new Artifacts(home, 'w');
    const texts = Array.from({ length: 10 }, (_, index) => `${index}`.repeat(50_000));
    const kept = await Promise.all(texts.map((text) => artifacts.write('log', text)));
    expect(texts).toContain(await readFile(kept[0]?.path ?? '', 'utf8'));
    expect(await readdir(join(home, 'artifacts', 'w'))).toEqual(['log']);
  });
});

describe('fileSafe', () => {
  it.each(['..', '.', '../../etc/passwd', '/etc/passwd', 'a/b', 'a\\b', '.hidden', 'ü x'])(
    'keeps %s in its folder',
    (text) => {
      expect(fileSafe(text)).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9._%-]*$/);
    },
  );

  it('keeps distinct ids distinct', () => {
    const ids = ['', 'a/b', 'a%2Fb', 'a_b', 'x'.repeat(300), `${'x'.repeat(300)}y`];
    expect(new Set(ids.map(fileSafe)).size).toBe(ids.length);
    expect(Math.max(...ids.map((id) => fileSafe(id).length))).toBeLessThan(200);
  });
});
