import { afterEach, expect, test } from 'vitest';
import { LiveProgress } from '../../../cli/runs/progress/live.ts';
import { PlainProgress } from '../../../cli/runs/progress/plain.ts';
import type { Progress } from '../../../cli/runs/progress/progress.ts';
import type { StatusView, StepView } from '../../../workflows/contract.ts';

let shown: Progress | undefined;
afterEach(() => shown?.pause());

/** Whatever is written to a terminal that is 80 wide, or to a log. */
function stream(isTTY = false) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { written, to: { isTTY, columns: 80, write } as unknown as NodeJS.WriteStream };
}

const step = (id: string, title: string, state: StepView['state']): StepView => ({ id, title, state, attempts: 1 });
const run = (...steps: StepView[]): StatusView => ({ id: 'r', runbook: 'x', phase: 'running', steps, remains: [] });

const two = run(
  step('add-host2', 'Add host2', 'running'),
  step('add-host2/check', 'Add host2: Check', 'passed'),
  step('add-host2/install', 'Add host2: Install', 'running'),
  step('add-host3', 'Add host3', 'running'),
  step('add-host3/install', 'Add host3: Install', 'running'),
);

test('a log tells each child and each of its steps once, and whose line it is where several are at work', () => {
  const { written, to } = stream();
  shown = new PlainProgress(to);
  shown.show(two, new Map([['add-host2', { stage: 'Stage: Packages' }]]));
  shown.show(two, new Map([['add-host2', { stage: 'Stage: Packages' }]]));
  const away = (attempt: number, why: string) => new Map([['add-host3', { trouble: { attempt, why } }]]);
  for (let attempt = 2; attempt < 9; attempt += 1) shown.show(two, away(attempt, 'the engine is away'));
  shown.show(two, away(9, 'the engine starts'));
  const alone = run(
    ...two.steps.map((one, at) => ({ ...one, state: at === 0 || at === 2 ? ('done' as const) : one.state })),
  );
  shown.show(alone, new Map([['add-host3', { stage: 'Stage: Network' }]]));
  expect(written.map((line) => line.replace(/^\d\d:\d\d:\d\d /, '').trimEnd())).toEqual([
    '✔ Add host2: Check',
    '… Add host2',
    '… Add host2: Install',
    '… Add host3',
    '… Add host3: Install',
    '    Add host2: Stage: Packages',
    '    Add host3: attempt 2: the engine is away',
    '    Add host3: attempt 4: the engine is away',
    '    Add host3: attempt 8: the engine is away',
    '    Add host3: attempt 9: the engine starts',
    '✔ Add host2: Install',
    '✔ Add host2',
    '    Stage: Network',
  ]);
});

test('a terminal tells the steps of a child below its name, and of one that was over before only that', () => {
  const { written, to } = stream(true);
  shown = new LiveProgress(to);
  const before = step('deploy', 'Deploy', 'done');
  const steps = [before, step('deploy/check', 'Deploy: Check', 'passed'), ...two.steps];
  shown.show(run(...steps));
  shown.show(run(...steps.map((one) => (one.id.startsWith('add-host2') ? { ...one, state: 'done' as const } : one))));
  const lines = written.filter((text) => text.endsWith('\n'));
  expect(lines).toEqual(['✔ Deploy\n', 'Add host2\n', '  ✔ Check\n', '  ✔ Check\n', '  ✔ Install\n', '✔ Add host2\n']);
});

test('a terminal shows under each child its step, with what its activity says', () => {
  const { written, to } = stream(true);
  shown = new LiveProgress(to);
  const works = new Map([['add-host2', { stage: 'Packages', line: 'yum 3 of 7' }]]);
  shown.show(run(step('deploy', 'Deploy', 'running')), new Map([['', { line: 'unpacking' }]]));
  shown.show(two, works);
  const text = written.join('');
  expect(text).toContain('⠋ Deploy  unpacking');
  expect(text).toContain('⠙ Add host2\n    Install  Packages: yum 3 of 7\n⠙ Add host3\n    Install');
  const before = written.length;
  shown.pause();
  // All four lines go before something else is written.
  expect(written.slice(before).join('')).toBe(`\r\x1b[2K${'\x1b[1A\x1b[2K'.repeat(3)}`);
});

test('a log says how long a step usually takes when it begins, and of one that was over at what time', () => {
  const { written, to } = stream();
  shown = new PlainProgress(to);
  const over = { ...step('a', 'Install', 'done'), startedAt: '2026-01-01T03:04:00Z', endedAt: '2026-01-01T03:04:05Z' };
  shown.show(run(over, step('b', 'Deploy', 'running')), new Map(), new Map([['b', 'usually 35 min']]));
  expect(written[0]).toBe('03:04:05 ✔ Install  5 s\n');
  expect(written[1]).toMatch(/^\d\d:\d\d:\d\d … Deploy \(usually 35 min\)\n$/);
});
