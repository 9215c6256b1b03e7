import { expect, it } from 'vitest';
import type { JournalEntry } from '../types.ts';
import { FaultBoard } from './faults.ts';

it('lets a fault that comes meanwhile meet what is held, and a hold the next one', async () => {
  const told: string[] = [];
  const board = new FaultBoard({
    act: async () => undefined,
    told: (_target, text) => void told.push(text),
    freeze: () => () => undefined,
  });
  const pass = (text: string) => {
    const entry: JournalEntry = { n: 1, at: '', target: 'host1', kind: 'command', text };
    return board.pass('before', entry);
  };
  const first = await board.add({ target: 'host1', kind: 'hold-before', match: '^echo' });
  const held = pass('echo 1');
  const second = await board.add({ target: 'host1', kind: 'hold-before', match: '^echo' });
  await board.add({ target: 'host1', kind: 'exit', match: '^echo', exit: 9 });
  board.remove(first);
  expect(await held).toEqual({ kinds: [], answer: { exit: 9 } });

  const next = pass('echo 2');
  board.remove(second);
  expect(await next).toEqual({ kinds: [] });
  expect(told).toEqual(['hold-before at: echo 1', 'exit at: echo 1', 'hold-before at: echo 2']);
});
