import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../activities/index.ts';
import type { SiteView } from '../../activities/run/site.ts';
import type { ReportFiles } from '../../activities/run/write-report.ts';
import { type ActivityFunction, createActivities } from '../../activities/runtime/register.ts';
import { EngineSessions } from '../../connectors/engine/index.ts';
import { registerSecret } from '../../connectors/redaction.ts';
import { SshPool } from '../../connectors/ssh.ts';
import { environment, schedules } from './runtime-environment.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/datacenter.yaml', import.meta.url));
let home: string;
const ssh = new SshPool();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'runbook-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function activities(inventory = EXAMPLE) {
  const stopping = new AbortController().signal;
  return createActivities(operations, {
    ssh,
    schedules,
    engines: new EngineSessions(),
    inventory,
    home,
    searchAttributes: true,
    stopping,
  });
}

function run<T>(activity: ActivityFunction | undefined, input: object = {}): Promise<T> {
  const call = activity as unknown as (input: object) => Promise<T>;
  return environment().run(() => call(input));
}

describe('the activities of a worker', () => {
  it('are check and apply of short operations; check, start, follow and stop of long ones; and the run’s own', () => {
    const names = Object.keys(activities());
    expect(names).toEqual(expect.arrayContaining(['loadSite', 'writeReport', 'answerFile.check', 'answerFile.apply']));
    expect(names.filter((name) => name.startsWith('deployHostedEngine.')).sort()).toEqual([
      'deployHostedEngine.check',
      'deployHostedEngine.follow',
      'deployHostedEngine.start',
      'deployHostedEngine.stop',
    ]);
  });
});

describe('loadSite', () => {
  it('gives what a run needs of the inventory, and neither secrets nor SSH', async () => {
    const site = await run<SiteView>(activities().loadSite);
    expect(site).toMatchObject({
      profile: 'ovirt-4.3',
      searchAttributes: true,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(site.hosts.length).toBeGreaterThan(0);
    expect(JSON.stringify(site)).not.toMatch(/password|hostKey|"ssh"|"key"/i);
  });

  it('fails with the sentences about the file', async () => {
    const broken = join(home, 'broken.yaml');
    writeFileSync(broken, 'profil: ovirt-4.3\n');
    await expect(run(activities(broken).loadSite)).rejects.toMatchObject({
      type: 'InvalidInventory',
      nonRetryable: true,
      message: expect.stringContaining(`${broken}:1:`),
    });
  });
});

describe('writeReport', () => {
  it('keeps the report as Markdown and JSON, without secrets', async () => {
    registerSecret('correct horse');
    const report = {
      id: 'a run/1',
      runId: 'r1',
      title: 'Deploy',
      endState: 'failed',
      reason: 'it said correct horse',
      input: {},
      steps: [],
      remains: [],
      decisions: [],
      startedAt: '2026-01-01T10:00:00Z',
      endedAt: '2026-01-01T10:00:01Z',
    };
    const { json, markdown } = await run<ReportFiles>(activities().writeReport, { report });
    expect(JSON.parse(readFileSync(json.path, 'utf8'))).toEqual({ ...report, reason: 'it said [secret]' });
    expect(readFileSync(markdown.path, 'utf8')).toContain('# Deploy');
    expect(readFileSync(markdown.path, 'utf8')).not.toContain('correct horse');
    expect(markdown.path.startsWith(home)).toBe(true);
  });
});
