import { describe, expect, it } from 'vitest';
import { reportMarkdown } from '../../activities/run/report-markdown.ts';
import type { Report } from '../../workflows/contract.ts';

const report: Report = {
  id: 'deploy-1',
  runId: 'run-1',
  runbook: 'deployHostedEngine',
  title: 'Deploy the hosted engine',
  phase: 'ended',
  endState: 'partlyRolledBack',
  reason: 'rolled back by ann',
  input: { host: 'host1' },
  startedAt: '2026-01-01T10:00:00.000Z',
  endedAt: '2026-01-01T11:02:05.000Z',
  inventoryDigest: 'abc',
  decisions: [{ at: '2026-01-01T10:05:00.000Z', by: 'ann', what: 'approved: Deploy', note: 'CHG_1' }],
  steps: [
    {
      id: 'kvm',
      title: 'Install KVM',
      state: 'done',
      attempts: 2,
      startedAt: '2026-01-01T10:00:00.000Z',
      endedAt: '2026-01-01T10:00:07.000Z',
      evidence: ['qemu-kvm ``` 1.5'],
      commands: ['yum -y install qemu-kvm'],
      log: { path: '/a/kvm.log', size: 12, sha256: 'def' },
    },
  ],
  remains: [{ what: 'packages qemu-kvm', byHand: 'yum remove qemu-kvm' }],
};

describe('the report for people', () => {
  const text = reportMarkdown(report);
  it('says first how it ended, then what remains and how to finish by hand', () => {
    expect(text.indexOf('Partly rolled back')).toBeLessThan(text.indexOf('## What remains'));
    expect(text).toContain('- **packages qemu-kvm**\n  By hand: yum remove qemu-kvm');
    expect(text).toContain('1 h 2 min');
  });

  it('names who decided, each step with its proof, and where the logs lie', () => {
    expect(text).toContain('approved: Deploy, by ann — CHG\\_1');
    expect(text).toContain('### 1. Install KVM — done and verified, 7 s, 2 attempts');
    expect(text).toContain('Commands:\n\n```text\nyum -y install qemu-kvm\n```');
    expect(text).toContain('`/a/kvm.log` (12 bytes, sha256 `def`)');
  });

  it('does not let the text of hosts become markup', () => {
    expect(text).toContain('````text\nqemu-kvm ``` 1.5\n````');
  });

  it('says so where nothing remains', () => {
    expect(reportMarkdown({ ...report, remains: [], endState: 'succeeded' })).toContain(
      'Nothing: no change of this run is left',
    );
  });
});
