import { expect, test } from 'vitest';
import { expectedOf } from '../../../cli/runs/expected.ts';
import { planText } from '../../../cli/runs/plan-text.ts';
import { clip, columns, heldText, statusText, stepLine, waitingText } from '../../../cli/runs/words.ts';
import type { StepView, Waiting } from '../../../workflows/contract.ts';

const step: StepView = {
  id: 's',
  title: 'Install EPEL',
  state: 'done',
  attempts: 2,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:12.000Z',
  summary: 'epel-release-7-11 is installed',
};

test('a step is one line that fits', () => {
  expect(stepLine(step, 100, false)).toBe('✔ Install EPEL (attempt 2)  12 s  epel-release-7-11 is installed');
  expect(stepLine(step, 40, false)).toBe('✔ Install EPEL (attempt 2)  12 s  epel-…');
  expect(stepLine({ ...step, title: 'x'.repeat(100) }, 40, false)).toHaveLength(40);
  expect(clip('two\nlines', 80)).toBe('two lines');
  expect([clip('1', 1), clip('two', 1), clip('x', -3)]).toEqual(['1', '', '']);
});

test('what is written into a file or a pipe is cut nowhere', () => {
  const width = (isTTY: boolean, wide?: number) => columns({ isTTY, columns: wide } as NodeJS.WriteStream);
  expect([width(true, 80), width(true), width(true, 10)]).toEqual([80, 80, 40]);
  const summary = 'word '.repeat(100).trim();
  expect(stepLine({ ...step, summary }, width(false), false)).toMatch(/ 12 s {2}(word ){99}word$/);
});

test('a question shows what must be known and the commands that answer', () => {
  const waiting: Waiting = {
    kind: 'parked',
    id: 's',
    title: '"Install EPEL" failed',
    since: 't',
    options: ['retry', 'skip'],
    answer: {},
    show: { Cause: 'word '.repeat(20).trim() },
    reason: ['yum: no space left'],
  };
  const text = waitingText('run-1', waiting, 60);
  expect(text.split('\n')[0]).toBe('Parked: "Install EPEL" failed');
  expect(text).toContain('  | yum: no space left');
  expect(text).toContain('  npx runbook retry run-1\n  npx runbook skip run-1 --reason "why"');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
});

test('a hold that is still to come is told beside the question, one that has come is the question', () => {
  const asked: Waiting = { kind: 'approval', id: 'a', title: 'Deploy', since: 't', options: ['approve'], answer: {} };
  const status = { id: 'r', runbook: 'x', phase: 'waiting' as const, steps: [step], heldBy: 'ann', remains: [] };
  const { heldBy: _heldBy, ...free } = status;
  const child = { id: 'r.one', runbook: 'x', phase: 'waiting' as const, heldBy: 'bob' };
  const { phase: _phase, ...only } = { ...status, phase: 'running' as const };
  expect(statusText({ ...status, waiting: asked }, 200, false)).toMatch(
    /Waiting for approval: Deploy\n.*\n\nHeld by ann: when it goes on, it stops before its next step until "npx runbook resume r"\.$/s,
  );
  expect(heldText({ ...only, phase: 'running' })).toMatch(/^Held by ann: it stops before its next step until/);
  expect(heldText({ ...status, waiting: { ...asked, kind: 'hold' } })).toBeUndefined();
  expect(heldText(free)).toBeUndefined();
  expect(heldText({ ...free, waiting: { ...asked, child: 'r.one' }, children: [child] })).toMatch(
    /^Held by bob: .* until "npx runbook resume r\.one"\.$/,
  );
  expect(statusText({ ...free, children: [child] }, 80, false)).toContain(
    '  r.one  waiting, held by bob before its next step',
  );
});

test('a status ends with what remains and how to finish it by hand', () => {
  const remains = [{ what: 'the LUN holds a volume group', byHand: 'wipefs -a x' }];
  const text = statusText(
    { id: 'r', runbook: 'x', phase: 'ended', endState: 'aborted', reason: 'Ada had enough', steps: [step], remains },
    80,
    false,
  );
  expect(text).toMatch(/^r {2}aborted: Ada had enough\n\n✔ Install EPEL/);
  expect(text).toMatch(/What remains:\n {2}- the LUN holds a volume group\n {4}by hand: wipefs -a x$/);
});

test('a plan shows commands whole where it is not a terminal, undo, gates and what is not known yet', () => {
  const command = `yum -y install ${'package '.repeat(30).trim()}`;
  const typicalDuration = '1 minute';
  const plan = {
    hash: '1a2b3c4d5e',
    steps: [
      { id: 'a', title: 'Install', state: 'wouldDo' as const, commands: [command], undo: 'Remove', typicalDuration },
      { id: 'b', title: 'Deploy', state: 'wouldDo' as const, commands: [], approval: 'b', typicalDuration },
      { id: 'c', title: 'Verify', state: 'unknown' as const, commands: [], unknownUntil: 'Install', typicalDuration },
      {
        id: 'd',
        title: 'Restart',
        state: 'wouldDo' as const,
        commands: [],
        typicalDuration: '4 min',
        usual: { ms: 240_000, runs: 12 },
      },
    ],
    refusals: [{ what: 'no LUN', fix: 'map it' }],
  };
  const text = planText(plan, false);
  expect(text).toContain(` 1. Install: would do, declared 1 minute\n      $ ${command}\n      undo: Remove`);
  expect(text).toContain(' 2. Deploy: asks a person\n 3. Verify: not known until "Install"');
  expect(text).toContain(' 4. Restart: would do, usually 4 min, 12 runs');
  expect(text).toContain('Refused: no LUN\n  Fix: map it');
  expect(text).toMatch(/Plan 1a2b3c4d: refused, 2 to do, 1 to ask a person, 1 not known yet\.$/);
  // The end of the run that has it as its reason says it, too.
  expect(planText(plan, false, 'no LUN. map it.')).toBe(text.replace('\nRefused: no LUN\n  Fix: map it\n', ''));
  expect(planText(plan, false, 'cancelled')).toBe(text);
});

test('a child that is over is one line of the status, one at work shows its steps', () => {
  const part = (id: string, title: string, state: StepView['state']): StepView => ({ id, title, state, attempts: 1 });
  const steps = [
    part('one', 'Add host2', 'done'),
    part('one/a', 'Add host2: Install KVM', 'done'),
    part('two', 'Add host3', 'running'),
    part('two/a', 'Add host3: Install KVM', 'running'),
  ];
  const children = [
    { id: 'r.one', runbook: 'addHost', phase: 'ended' as const, endState: 'succeeded' as const },
    { id: 'r.two', runbook: 'addHost', phase: 'running' as const },
  ];
  const status = { id: 'r', runbook: 'x', phase: 'running' as const, steps, children, remains: [] };
  expect(statusText(status, 80, false)).toBe(
    [
      'r  running',
      '',
      '✔ Add host2',
      '… Add host3',
      '  … Install KVM',
      '',
      'At work in runs of their own:',
      '  r.two  running',
    ].join('\n'),
  );
});

test('a plan is told part by part, a part with nothing to do in one line', () => {
  const part = (id: string, title: string, state: 'already' | 'wouldDo', commands: string[] = []) => ({
    id,
    title,
    state,
    commands,
    typicalDuration: '1 minute',
  });
  const steps = [
    part('own', 'Check the description', 'already'),
    part('one/a', 'Add host2: Check the host', 'already'),
    { ...part('one/b', 'Add host2: Add the host', 'already'), approval: 'one/b' },
    part('two/a', 'Add host3: Check the host', 'already'),
    part('two/b', 'Add host3: Install KVM', 'wouldDo', ['yum -y install kvm']),
  ];
  expect(planText({ hash: '1a2b3c4d5e', steps }, false)).toBe(
    [
      ' 1. Check the description: nothing to do',
      'Add host2: nothing to do, 2 steps looked at',
      'Add host3',
      '   4. Check the host: nothing to do',
      '   5. Install KVM: would do, declared 1 minute',
      '        $ yum -y install kvm',
      '',
      'Plan 1a2b3c4d: 1 to do, 4 with nothing to do.',
    ].join('\n'),
  );
});

test('a step that goes on says how long it usually takes, one that is over only how long it took', () => {
  const { endedAt: _, ...open } = { ...step, startedAt: new Date(Date.now() - 12_000).toISOString(), attempts: 1 };
  const plan = {
    hash: '1a2b3c4d5e',
    steps: [
      {
        id: 's',
        title: '',
        state: 'wouldDo' as const,
        commands: [],
        typicalDuration: '35 s',
        usual: { ms: 35_000, runs: 7 },
      },
      { id: 't', title: '', state: 'wouldDo' as const, commands: [], typicalDuration: '35 minutes' },
      { id: 'u', title: '', state: 'wouldDo' as const, commands: [], typicalDuration: 'seconds' },
    ],
  };
  const expected = expectedOf(plan);
  expect([...expected]).toEqual([
    ['s', 'usually 35 s'],
    ['t', 'declared 35 minutes'],
  ]);
  expect(stepLine({ ...open, state: 'running' }, 100, false, expected)).toBe('… Install EPEL  12 s (usually 35 s)');
  expect(stepLine({ ...open, id: 'u', state: 'running' }, 100, false, expected)).toBe('… Install EPEL  12 s');
  expect(stepLine(step, 100, false, expected)).toMatch(/ 12 s {2}epel-release/);
});
