import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CaseResult } from './case.ts';
import { CODE, digestOfCode, Kept } from './kept.ts';
import { Progress } from './progress.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kept-results-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function result(ids: string, { story = 'moveHostedEngine', problems = [] as string[], seconds = 60 } = {}): CaseResult {
  return {
    ids: ids.split(' '),
    story,
    kind: 'cancel',
    at: 'before the change',
    blows: 2,
    end: 'cancelled',
    problems,
    seconds,
  };
}

test('what ended as it must is proven for this code, by its last run, whoever ran it', () => {
  const first = new Kept(directory, 'this', '1');
  for (const id of ['right', 'mended']) first.add(result(id, { problems: id === 'right' ? [] : ['lost'] }));
  first.add(result('broken'));
  new Kept(directory, 'another', '2').add(result('elsewhere'));
  const last = new Kept(directory, 'this', '3');
  last.add(result('mended'));
  last.add(result('broken', { problems: ['lost'] }));
  expect([...last.proven()].sort()).toEqual(['mended', 'right']);
  expect(last.results().map(({ ids }) => ids)).toEqual([['right'], ['mended'], ['broken']]);
  expect(new Kept(directory, 'new', '4').results()).toEqual([]);
});

test('blows of one run are proven each, and one by one where the run was not', () => {
  const kept = new Kept(directory, 'this', '1');
  kept.add(result('first second', { problems: ['lost'] }));
  kept.add(result('third fourth'));
  kept.add(result('first'));
  expect([...kept.proven()].sort()).toEqual(['first', 'fourth', 'third']);
  expect(kept.results()).toHaveLength(3);
  kept.add(result('second'));
  expect(kept.results().every(({ problems }) => problems.length === 0)).toBe(true);
});

test('a start that was killed while it wrote loses that one case', () => {
  const kept = new Kept(directory, 'this', '1');
  kept.add(result('whole'));
  appendFileSync(kept.file, '{"code":"this","resu');
  expect([...new Kept(directory, 'this', '2').proven()]).toEqual(['whole']);
});

test('the digest tells another code, and only that', () => {
  for (const folder of CODE) mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(join(directory, 'package-lock.json'), '{}');
  const write = (path: string) => {
    writeFileSync(join(directory, path), 'other words');
    return digestOfCode(directory);
  };
  const digest = digestOfCode(directory);
  expect(write('lab/README.md')).toBe(digest);
  expect(write('workflows/new.test.ts')).toBe(digest);
  const found = ['workflows/new.ts', 'test/support/new.ts', 'profiles/new.yaml', 'package-lock.json'].map(write);
  expect(new Set([digest, ...found]).size).toBe(5);
});

test('the time left counts each story as its own cases took, in as many lanes as there are', () => {
  const progress = new Progress(2);
  progress.plan('moveHostedEngine', 3);
  progress.plan('buildDatacenter', 2);
  expect(progress.words()).toBe('0 of 5');
  progress.done(result('1', { seconds: 60 }));
  expect(progress.words()).toBe('1 of 5, 2 min left');
  progress.done(result('2', { story: 'buildDatacenter', seconds: 360, problems: ['lost'] }));
  expect(progress.words()).toBe('2 of 5, 1 wrong, 4 min left');
});
