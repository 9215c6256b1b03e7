import { expect, test } from 'vitest';
import { table } from '../../../cli/table.ts';

const HEAD = ['RUN', 'RUNBOOK', 'STARTED', 'STATE'];
const ROWS = [
  ['deployHostedEngine-host1', 'deployHostedEngine', '2026-11-26T19:07Z', 'waiting: Deploy the hosted engine'],
  ['nightly', 'verifyHostedEngine', '2026-11-26T18:00Z', 'succeeded'],
];
const lines = (width?: number) =>
  table(HEAD, ROWS, { spare: ['RUNBOOK', 'STARTED'], ...(width !== undefined && { width }) }).split('\n');

test('columns are as wide as what stands in them, and where nobody says how wide a line may be, all is whole', () => {
  expect(lines()).toEqual([
    'RUN                       RUNBOOK             STARTED            STATE',
    'deployHostedEngine-host1  deployHostedEngine  2026-11-26T19:07Z  waiting: Deploy the hosted engine',
    'nightly                   verifyHostedEngine  2026-11-26T18:00Z  succeeded',
  ]);
});

test('a terminal that is a little too narrow cuts the last column', () => {
  expect(lines(95)).toEqual([
    lines()[0],
    'deployHostedEngine-host1  deployHostedEngine  2026-11-26T19:07Z  waiting: Deploy the hosted en…',
    lines()[2],
  ]);
});

test('a narrower one leaves out what matters least, and no line ever breaks', () => {
  expect(lines(80)).toEqual([
    'RUN                       STARTED            STATE',
    'deployHostedEngine-host1  2026-11-26T19:07Z  waiting: Deploy the hosted engine',
    'nightly                   2026-11-26T18:00Z  succeeded',
  ]);
  expect(lines(60)).toEqual([
    'RUN                       STATE',
    'deployHostedEngine-host1  waiting: Deploy the hosted engine',
    'nightly                   succeeded',
  ]);
  for (let width = 3; width < 120; width += 1)
    for (const line of lines(width)) expect(line.length).toBeLessThanOrEqual(width);
});

test('a field is coloured at the width that it has got', () => {
  const style = (field: string, column: string, row: number) => (column === 'A' && row === 1 ? `<${field}>` : field);
  expect(
    table(
      ['A', 'B'],
      [
        ['one', '1'],
        ['two\ntoo', '2'],
      ],
      { style },
    ),
  ).toBe('A        B\none      1\n<two too>  2');
});
