import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptCode } from '../../../scripts/kept-code.mjs';

let directory: string;
let source: string;
let path: string;
let made: number;

const make = async () => {
  made++;
  return { code: `// of ${readFileSync(source, 'utf8')}`, inputs: [source, '/made/up/by/a/bundler'] };
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kept-code-'));
  source = join(directory, 'source.ts');
  path = join(directory, 'cache', 'code.js');
  made = 0;
  writeFileSync(source, 'one');
  await keptCode(path, make);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('code that is kept', () => {
  it('is made once, whoever asks', async () => {
    expect(await keptCode(path, make)).toEqual({ path, cached: true });
    expect(made).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe('// of one');
  });

  it.each([
    ['its source has changed', () => writeFileSync(source, 'two'), '// of two'],
    ['the code itself has changed', () => writeFileSync(path, '// of onE'), '// of one'],
    ['the code is gone', () => rmSync(path), '// of one'],
    ['what is known of it is half written', () => writeFileSync(`${path}.json`, '{"half": '), '// of one'],
    ['nothing is known of it', () => writeFileSync(`${path}.json`, 'null'), '// of one'],
  ])('is made anew when %s', async (_why, happens, code) => {
    happens();
    expect(await keptCode(path, make)).toEqual({ path, cached: false });
    expect(readFileSync(path, 'utf8')).toBe(code);
    expect(await keptCode(path, make)).toEqual({ path, cached: true });
    expect(made).toBe(2);
  });
});
