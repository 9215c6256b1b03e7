import { expect, test } from 'vitest';
import type { Waiting, WaitingKind } from '../../../workflows/contract.ts';
import { Refusal, Waits } from '../../../workflows/runtime/waits.ts';

const running = { phase: 'running', plan: undefined };

function question(kind: WaitingKind, id: string, more: Partial<Waiting> = {}): Waiting {
  return { kind, id, title: id, since: 't', options: kind === 'lock' ? [] : ['go'], answer: {}, ...more };
}

test('what people are asked is shown before what ends by itself, whichever came first', () => {
  const waits = new Waits();
  const lock = waits.add(question('lock', 'hosted-engine'), 'waiting');
  waits.add(question('window', 'later', { until: 't' }), 'waiting');
  expect(waits.first?.id).toBe('hosted-engine');
  const parked = waits.add(question('parked', 'install'), 'parked');
  waits.add(question('approval', 'deploy'), 'waiting');
  expect([waits.first?.id, waits.phase]).toEqual(['install', 'parked']);
  waits.remove(parked);
  expect([waits.first?.id, waits.phase]).toEqual(['deploy', 'waiting']);
  waits.remove(lock);
  expect(waits.first?.id).toBe('deploy');
});

const APPROVAL = { approval: 'deploy', plan: '1a2b3c4d', verdict: 'approve', by: 'Ada' };

test.each<[string, unknown, string]>([
  ['no object', 'yes', 'an answer is a JSON object, such as {"approval"'],
  [
    'a misspelt door',
    { approvall: 'deploy' },
    'an answer has "approval" with "verdict", "step" with "verb", or "verb" alone; this one has approvall',
  ],
  [
    'fields that are missing',
    { approval: 'deploy', verdict: 'approve' },
    'plan: is missing (The plan being approved). by: is missing (Who decides).',
  ],
  [
    'a verdict that is missing',
    { ...APPROVAL, verdict: undefined },
    'verdict: is missing; must be "approve" or "reject".',
  ],
  ['a wrong verdict', { ...APPROVAL, verdict: 'yes' }, 'verdict: must be "approve" or "reject"; it is "yes".'],
  ['a misspelt field', { ...APPROVAL, nte: 'x' }, 'nte: unknown field. Did you mean "note"? Known: '],
  ['a wrong type', { step: 'install', verb: 'retry', by: 7 }, 'by: must be a string; it is 7.'],
])('an answer with %s is refused by the field, with what is allowed', (_what, answer, sentence) => {
  const waits = new Waits();
  waits.add(question('approval', 'deploy', { planHash: '1a2b3c4d' }), 'waiting');
  expect(() => waits.judge(answer, running)).toThrow(Refusal);
  expect(() => waits.judge(answer, running)).toThrow(sentence);
});
