import { expect, test } from 'vitest';
import { decisionFor } from '../../../cli/runs/decide.ts';
import type { StatusView, Waiting } from '../../../workflows/contract.ts';

const gate: Waiting = {
  kind: 'approval',
  id: 'deploy',
  title: 'Deploy',
  since: 't',
  planHash: '1a2b3c4d',
  options: ['approve', 'reject'],
  answer: {},
};
const parked: Waiting = {
  kind: 'parked',
  id: 'install',
  title: '"Install" failed',
  since: 't',
  options: ['retry', 'skip'],
  answer: {},
};

const status = (waiting?: Waiting, more: Partial<StatusView> = {}): StatusView => ({
  id: 'r',
  runbook: 'x',
  phase: waiting ? 'waiting' : 'running',
  steps: [],
  remains: [],
  ...(waiting && { waiting }),
  ...more,
});

test('of several children that wait, one has to be named', () => {
  const child = (id: string) => ({ id, runbook: 'x', phase: 'waiting' as const, waiting: gate });
  const asking = status({ ...gate, child: 'r.one' }, { children: [child('r.one'), child('r.two')] });
  expect(() => decisionFor({ verb: 'approve', by: 'me' }, asking)).toThrow(
    'several children wait, answer one of them: r.one, r.two.',
  );
  expect(decisionFor({ verb: 'approve', by: 'me', approval: 'deploy' }, asking)).toMatchObject({ approval: 'deploy' });
});

test('a child that waits for a lock asks nobody, and the plan of a child that is named is its own', () => {
  const lock: Waiting = { kind: 'lock', id: 'hosted-engine', title: 'locked', since: 't', options: [], answer: {} };
  const child = (step: string, waiting: Waiting) => ({
    id: `r.${step}`,
    runbook: 'x',
    phase: 'waiting' as const,
    waiting,
  });
  const children = [child('one', lock), child('two', gate), child('three', { ...gate, planHash: '99999999' })];
  const first = status({ ...gate, id: 'two/deploy', child: 'r.two' }, { children: children.slice(0, 2) });
  expect(decisionFor({ verb: 'approve', by: 'me' }, first)).toMatchObject({ approval: 'two/deploy', plan: '1a2b3c4d' });
  const both = { ...first, children };
  expect(() => decisionFor({ verb: 'approve', by: 'me' }, both)).toThrow(
    'several children wait, answer one of them: r.two, r.three.',
  );
  expect(decisionFor({ verb: 'approve', by: 'me', approval: 'three/deploy' }, both)).toMatchObject({
    plan: '99999999',
  });
});

test('approval and plan are filled in from what waits', () => {
  expect(decisionFor({ verb: 'approve', by: 'me', note: 'CHG-1' }, status(gate))).toEqual({
    approval: 'deploy',
    plan: '1a2b3c4d',
    verdict: 'approve',
    by: 'me',
    note: 'CHG-1',
  });
});

test('what has to be typed is sent as typed', () => {
  const asked = status({ ...gate, typed: 'host1' });
  expect(decisionFor({ verb: 'approve', by: 'me', typed: 'host2' }, asked)).toMatchObject({ typed: 'host2' });
});

test('a text that nothing would be compared with is refused: who typed it means another question', () => {
  const typed = { verb: 'approve', by: 'me', typed: 'host1' } as const;
  const sentence =
    '--type: "Deploy" asks for nothing to be typed: see "npx runbook status r", and approve without --type if it is what you mean.';
  expect(() => decisionFor(typed, status(gate))).toThrow(sentence);
  expect(() => decisionFor({ ...typed, approval: 'deploy' }, status(gate))).toThrow(sentence);
  // What is not asked the run refuses itself.
  expect(decisionFor({ ...typed, approval: 'other' }, status(gate))).toMatchObject({ approval: 'other' });
  const child = { id: 'r.one', runbook: 'x', phase: 'waiting' as const, waiting: { ...gate, typed: 'host1' } };
  const both = status({ ...gate, id: 'two/deploy', child: 'r.two' }, { children: [child] });
  expect(decisionFor({ ...typed, approval: 'one/deploy' }, both)).toMatchObject({ typed: 'host1' });
});

test('what the person names is sent as named: the run judges it', () => {
  expect(decisionFor({ verb: 'reject', by: 'me', plan: 'ffffffff', keep: true }, status(gate))).toMatchObject({
    plan: 'ffffffff',
    keep: true,
  });
  expect(decisionFor({ verb: 'approve', by: 'me', approval: 'other' }, status())).toMatchObject({ approval: 'other' });
});

test('the parked step is filled in, with reason and changed input', () => {
  expect(decisionFor({ verb: 'skip', by: 'me', reason: 'by hand' }, status(parked))).toEqual({
    step: 'install',
    verb: 'skip',
    by: 'me',
    reason: 'by hand',
  });
  expect(decisionFor({ verb: 'retry', by: 'me', input: { vcpus: 2 } }, status(parked))).toMatchObject({
    step: 'install',
    input: { vcpus: 2 },
  });
});

test('hold and resume need nothing that waits', () => {
  expect(decisionFor({ verb: 'hold', by: 'me' }, status())).toEqual({ verb: 'hold', by: 'me' });
});

test.each<[string, Parameters<typeof decisionFor>, string]>([
  [
    'nothing waits',
    [{ verb: 'approve', by: 'me' }, status()],
    'the run does not wait for approve: nothing is asked at the moment.',
  ],
  [
    'a step waits',
    [{ verb: 'approve', by: 'me' }, status(parked)],
    'the run does not wait for approve: it waits for retry, skip (parked: "Install" failed).',
  ],
  [
    'not offered here',
    [{ verb: 'abort', by: 'me' }, status(parked)],
    'the run does not wait for abort: it waits for retry, skip (parked: "Install" failed).',
  ],
  [
    'over',
    [{ verb: 'hold', by: 'me' }, status(undefined, { phase: 'ended', endState: 'succeeded' })],
    'the run has ended (succeeded): nothing can be decided any more.',
  ],
])('refused: %s', (_why, args, sentence) => {
  expect(() => decisionFor(...args)).toThrow(sentence);
});
