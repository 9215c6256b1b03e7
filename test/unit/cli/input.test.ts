import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CliFailure } from '../../../cli/failure.ts';
import { readObject, validateInput } from '../../../cli/input.ts';
import { deployHostedEngine } from '../../../runbooks/deploy-hosted-engine.ts';

function problems(input: Record<string, unknown>): readonly string[] {
  try {
    validateInput(deployHostedEngine, input);
  } catch (error) {
    if (error instanceof CliFailure) return error.fields.problems as string[];
    throw error;
  }
  return [];
}

test('the example of a runbook is accepted', () => {
  expect(problems({ ...deployHostedEngine.example })).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['a missing field', {}, 'host: is missing (Host that gets the engine VM: its name in the inventory).'],
  ['a number too small', { host: 'h', vcpus: 1 }, 'vcpus: must be at least 2; it is 1.'],
  ['a number too big', { host: 'h', diskGiB: 5000 }, 'diskGiB: must be at most 1024; it is 5000.'],
  ['a wrong type', { host: 7 }, 'host: must be a string; it is 7.'],
  ['a broken number', { host: 'h', memoryMiB: 4096.5 }, 'memoryMiB: must be a whole number; it is 4096.5.'],
  ['a wrong choice', { host: 'h', mode: 'dry' }, 'mode: must be "run" or "plan"; it is "dry".'],
  ['an empty text', { host: '' }, 'host: must not be empty; it is "".'],
  ['an inner field', { host: 'h', standingApproval: {} }, 'standingApproval.by: is missing (Who approves).'],
])('%s is refused in one sentence', (_what, input, sentence) => {
  expect(problems(input)).toEqual([sentence]);
});

test('an unknown field names the nearest known one, and every problem is told at once', () => {
  const found = problems({ hst: 'host1', vcpus: 1 });
  expect(found).toHaveLength(3);
  expect(found.at(-1)).toMatch(/^hst: unknown field\. Did you mean "host"\? Known: host, engineFqdn, /);
});

test('an inner unknown field is named with its path', () => {
  expect(problems({ host: 'h', standingApproval: { by: 'me', nte: 'x' } })[0]).toMatch(
    /^standingApproval\.nte: unknown field\. Did you mean "note"\? Known: by, note\./,
  );
});

test('JSON is read from the argument or from a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'input-')), 'input.json');
  writeFileSync(file, '{"host": "host2"}');
  expect(readObject('--input', '{"host":"host1"}')).toEqual({ host: 'host1' });
  expect(readObject('--input', `@${file}`)).toEqual({ host: 'host2' });
});

test.each(['{host:1}', '@/nowhere/input.json', '[1]', 'null', '"x"'])('%s is refused as bad usage', (text) => {
  expect(() => readObject('--input', text)).toThrow(CliFailure);
});
