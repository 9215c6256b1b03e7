import { expect, test } from 'vitest';
import { duration } from '../../../reports/duration.ts';
import { htmlPage } from '../../../reports/html.ts';
import { reportMarkdown } from '../../../reports/markdown.ts';
import type { Report } from '../../../workflows/contract.ts';

const report: Report = {
  id: 'r1',
  runId: '01a2',
  runbook: 'deployHostedEngine',
  title: 'Deploy the hosted engine',
  phase: 'ended',
  endState: 'partlyRolledBack',
  reason: 'somebody@desk chose to roll back',
  input: { host: 'host1' },
  startedAt: '2026-11-23T22:00:00.000Z',
  endedAt: '2026-11-23T22:03:05.000Z',
  inventoryDigest: 'abc',
  decisions: [{ at: '2026-11-23T22:01:00.000Z', by: 'a|b', what: 'approved: Deploy', note: 'CHG-1' }],
  steps: [
    {
      id: 'run',
      title: 'Run the deploy',
      state: 'undoFailed',
      attempts: 2,
      startedAt: '2026-11-23T22:01:00.000Z',
      endedAt: '2026-11-23T22:01:00.340Z',
      summary: 'the host does not answer',
      commands: ['hosted-engine --deploy <answers>'],
      evidence: ['rc 1', '``` in the output'],
      log: { path: '/a/log', size: 12, sha256: 'ff' },
    },
  ],
  plan: {
    hash: 'abcd',
    steps: [
      { id: 'a', title: 'Install', state: 'wouldDo', commands: ['yum -y install x'], typicalDuration: '1 minute' },
      { id: 'b', title: 'Deploy', state: 'wouldDo', commands: [], approval: 'b', typicalDuration: '' },
      { id: 'c', title: 'Verify', state: 'unknown', commands: [], unknownUntil: 'Install', typicalDuration: '' },
    ],
  },
  remains: [{ what: 'the LUN holds a volume group', byHand: 'wipefs -a /dev/mapper/x' }],
};

test('the Markdown tells outcome, decisions, evidence, log and what remains', () => {
  const text = reportMarkdown(report);
  for (const part of [
    '# Deploy the hosted engine',
    '**partlyRolledBack**',
    'somebody@desk chose to roll back',
    'after 3 min 5 s',
    'a\\|b',
    'approved: Deploy',
    '- the LUN holds a volume group\n  - By hand: wipefs -a /dev/mapper/x',
    'hosted-engine --deploy <answers>',
    '`/a/log`, 12 bytes, sha256 `ff`',
    '| 1 | Run the deploy | undo failed | 2 | 340 ms |',
    '- Install: would do\n  - `yum -y install x`\n- Deploy: asks a person\n- Verify: not known until "Install"',
  ]) {
    expect(text).toContain(part);
  }
});

test('findings and the runs of the parts have chapters of their own', () => {
  const text = reportMarkdown({
    ...report,
    children: [{ id: 'r1.make-a', runbook: 'createCluster', phase: 'ended', endState: 'succeeded' }],
    plan: { hash: 'ab', steps: [], refusals: [{ what: 'host2 is in maintenance', fix: 'Activate it' }] },
  });
  expect(text).toContain('## Findings\n\n- host2 is in maintenance\n  - Fix: Activate it');
  expect(text).toContain('| Reason | somebody@desk chose to roll back |');
  expect(text).toContain('| `r1.make-a` | `createCluster` | succeeded |');
  expect(reportMarkdown(report)).not.toMatch(/## (Findings|Runs of its parts)/);
});

test('findings that are the reason of the end are told once', () => {
  const [one, two] = ['host2 is in maintenance', 'host3 is away'].map((what) => ({ what, fix: 'Activate it' }));
  const told = (...refusals: NonNullable<typeof one>[]) =>
    reportMarkdown({
      ...report,
      reason: 'host2 is in maintenance. Activate it.\nhost3 is away. Activate it.',
      plan: { hash: 'ab', steps: [], refusals },
    });
  if (one === undefined || two === undefined) throw new TypeError('two findings');
  expect(told(one, two)).toContain('| Reason | 2 findings, see below |');
  expect(told(one, two).split(two.what)).toHaveLength(2);
  expect(told(one)).toContain('| Reason | 1 finding, see below |');
  expect(told(one, { what: 'host4 is off', fix: 'x' })).toContain(
    '| Reason | host2 is in maintenance. Activate it. host3',
  );
});

test('output with backticks cannot leave its fence', () => {
  expect(reportMarkdown(report)).toContain('````text\nrc 1\n``` in the output\n````');
});

test('the HTML shows the same, and output of hosts is never markup', () => {
  const evil = {
    ...report,
    steps: [{ ...report.steps[0], summary: '<script>alert(1)</script>', evidence: ['<img src=x onerror=alert(1)>'] }],
  };
  const page = htmlPage('x & y', reportMarkdown(evil as Report));
  expect(page).not.toMatch(/<script|<img/);
  expect(page).toContain('<title>x &amp; y</title>');
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(page).toContain('<td>a|b</td>');
  expect(page).toContain('<li>the LUN holds a volume group</li>');
});

test.each([
  ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.340Z', '340 ms'],
  ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:12.400Z', '12 s'],
  ['2026-01-01T00:00:00.000Z', '2026-01-01T00:03:00.000Z', '3 min'],
  ['2026-01-01T00:00:00.000Z', '2026-01-01T02:04:00.000Z', '2 h 4 min'],
])('from %s to %s is %s', (from, to, words) => {
  expect(duration(from, to)).toBe(words);
});
