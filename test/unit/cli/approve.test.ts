import { expect, test } from 'vitest';
import type { CliFailure } from '../../../cli/failure.ts';
import { type Approval, approve } from '../../../cli/trust/approve.ts';

const FIRST = `SHA256:${'a'.repeat(43)}`;
const SECOND = `SHA256:${'b'.repeat(43)}`;
const OTHER = `SHA256:${'c'.repeat(43)}`;

const approval: Approval = {
  name: 'host1',
  shown: 'host1 shows these keys.',
  fingerprints: [FIRST, SECOND],
  example: 'SHA256:…',
  parse: (text) => /SHA256:\w{43}/.exec(text)?.[0],
  compare: 'Compare on its console.',
  terminal: true,
};

const asked = (said: string) => approve(approval, async () => said);
const refusal = (work: Promise<string>) =>
  work.then(
    (chosen) => expect.unreachable(`pinned ${chosen}`),
    (error: CliFailure) => [error.exit, error.message],
  );

test('yes takes the preferred one, a pasted fingerprint the one that it names', async () => {
  expect(await asked(' Yes ')).toBe(FIRST);
  expect(await asked(`256 ${SECOND} root@host1 (RSA)`)).toBe(SECOND);
});

test.each(['', 'no', 'y', 'maybe'])('%j is no: nothing is pinned', async (said) => {
  expect(await refusal(asked(said))).toEqual([4, 'nothing was pinned for host1.']);
});

test('a pasted fingerprint that is not shown is said to be another one', async () => {
  expect(await refusal(asked(OTHER))).toEqual([
    2,
    expect.stringMatching(new RegExp(`None of them is ${OTHER}.*Nothing was pinned`)),
  ]);
});

test('a given fingerprint asks nobody; it must be one, and be shown', async () => {
  const never = async () => expect.unreachable('somebody was asked');
  expect(await approve({ ...approval, given: SECOND }, never)).toBe(SECOND);
  expect(await refusal(approve({ ...approval, given: OTHER }, never))).toEqual([2, expect.stringContaining(OTHER)]);
  expect(await refusal(approve({ ...approval, given: 'MD5:00:11' }, never))).toEqual([
    2,
    '--fingerprint: MD5:00:11 is no fingerprint such as SHA256:….',
  ]);
});

test('without a terminal nobody can compare', async () => {
  const refused = await refusal(approve({ ...approval, terminal: false }));
  expect(refused).toEqual([4, expect.stringMatching(/host1 shows these keys\.\nNothing was pinned.*--fingerprint/s)]);
  expect(await approve({ ...approval, terminal: false, given: FIRST })).toBe(FIRST);
});
