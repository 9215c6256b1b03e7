import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../activities/index.ts';
import type { ApplyResult, CheckResult, StartResult, StepRef } from '../../activities/operation.ts';
import { createActivities } from '../../activities/runtime/register.ts';
import type { StopResult } from '../../activities/runtime/stop.ts';
import { EngineSessions } from '../../connectors/engine/index.ts';
import { SshPool } from '../../connectors/ssh.ts';
import { startLab } from '../../lab/lab.ts';
import { LabControl } from '../support/lab-control.ts';
import { environment, schedules } from './runtime-environment.ts';

interface Results {
  readonly check: CheckResult;
  readonly apply: ApplyResult;
  readonly start: StartResult;
  readonly follow: ApplyResult;
  readonly stop: StopResult;
}

let directory: string;
let lab: Awaited<ReturnType<typeof startLab>>;
let control: LabControl;
const ssh = new SshPool();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-lab-'));
  lab = await startLab({ dir: join(directory, 'lab'), hosts: 1, speed: 60 });
  control = new LabControl(lab.control);
});
afterAll(async () => {
  await ssh.close();
  await lab.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Calls an activity as the worker does, over SSH to the lab's host. */
function perform<Verb extends keyof Results>(
  operation: string,
  verb: Verb,
  params: object,
  options: { attempt?: number; step?: Partial<StepRef>; env?: ReturnType<typeof environment> } = {},
): Promise<Results[Verb]> {
  const activities = createActivities(operations, {
    ssh,
    engines: new EngineSessions(),
    schedules,
    inventory: lab.inventory,
    home: join(directory, 'home'),
    searchAttributes: false,
    stopping: new AbortController().signal,
  });
  const call = activities[`${operation}.${verb}`] as unknown as (input: object) => Promise<Results[Verb]>;
  const step: StepRef = {
    run: 'run',
    id: JSON.stringify([operation, params]),
    title: operation,
    attempt: 1,
    pass: 'run',
    ...options.step,
  };
  const env = options.env ?? environment({ attempt: options.attempt ?? 1 });
  return env.run(() => call({ step, params: { host: 'host1', ...params } }));
}

/** What yum did in a unit since then. */
async function yums(since: number, unit: string): Promise<string[]> {
  const entries = await control.journal(since);
  return entries.map(({ text }) => text).filter((text) => text.startsWith(`${unit}.service yum`));
}

describe('a long operation on a host', () => {
  it('is planned, started once, followed to its end and verified; again it is there already', async () => {
    const planned = await perform('installReleasePackage', 'check', {});
    expect(planned.state).toBe('wouldDo');
    const since = await control.now();
    const started = await perform('installReleasePackage', 'start', {});
    expect(started.commands).toEqual(planned.commands);
    expect(await perform('installReleasePackage', 'start', {}, { attempt: 2 })).toEqual(started);
    const done = await perform('installReleasePackage', 'follow', {});
    expect(done.commands).toEqual(planned.commands);
    const log = readFileSync(done.log?.path ?? '', 'utf8');
    expect(log).toContain('Complete!');
    expect(log).toHaveLength(done.log?.size ?? 0);
    expect(await yums(since, started.unit)).toHaveLength(1);
    expect(await perform('installReleasePackage', 'check', {})).toMatchObject({ state: 'already', commands: [] });
    expect(await perform('installReleasePackage', 'start', {}, { step: { attempt: 2 } })).toMatchObject({
      already: true,
    });
  });

  it('is not started twice when the answer to its start is lost', async () => {
    const params = { packages: 'epel' };
    const since = await control.now();
    await control.fault({ target: 'host1', kind: 'drop-after', match: 'systemd-run' });
    await expect(perform('installPackages', 'start', params)).rejects.toMatchObject({
      type: 'OutcomeUnknown',
      nonRetryable: false,
    });
    const { unit } = await perform('installPackages', 'start', params, { attempt: 2 });
    await expect(perform('installPackages', 'follow', params)).resolves.toMatchObject({ log: expect.anything() });
    expect(await yums(since, unit)).toHaveLength(1);
  });

  it('goes on when the session breaks under the one who follows it', async () => {
    const params = { packages: 'setup' };
    const { unit } = await perform('installPackages', 'start', params);
    await control.fault({ target: 'host1', kind: 'drop-before', match: `${unit}/log` });
    const env = environment();
    const failed = await perform('installPackages', 'follow', params, { env }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ nonRetryable: false });
    await expect(perform('installPackages', 'follow', params, { attempt: 2 })).resolves.toMatchObject({
      log: expect.anything(),
    });
  });

  it('is stopped with all its processes when it has to end before its time', async () => {
    const since = await control.now();
    const { unit } = await perform('updatePackages', 'start', {});
    await control.awaitEntry(since, ({ text }) => text.startsWith(`${unit}.service yum`));
    const env = environment();
    const following = perform('updatePackages', 'follow', {}, { env });
    env.cancel();
    await expect(following).rejects.toBeInstanceOf(CancelledFailure);
    const { evidence } = await perform('updatePackages', 'stop', {});
    expect(evidence).toEqual([expect.stringContaining(`stopped ${unit} on host1`)]);
    await expect(perform('updatePackages', 'follow', {})).rejects.toMatchObject({ type: 'CommandStopped' });
    expect((await perform('updatePackages', 'stop', {})).evidence).toEqual([
      expect.stringContaining('nothing to stop'),
    ]);
  });

  it('is told to have been interrupted when the host was rebooted meanwhile', async () => {
    const step = { attempt: 2 };
    const since = await control.now();
    const { unit } = await perform('updatePackages', 'start', {}, { step });
    await control.awaitEntry(since, ({ text }) => text.startsWith(`${unit}.service yum`));
    await control.fault({ target: 'host1', kind: 'reboot' });
    await expect(patiently(() => perform('updatePackages', 'follow', {}, { step }))).rejects.toMatchObject({
      type: 'InterruptedByReboot',
      nonRetryable: true,
    });
    await expect(perform('updatePackages', 'start', {}, { step })).rejects.toMatchObject({
      type: 'InterruptedByReboot',
    });
  });
});

describe('a short operation on a host', () => {
  it('runs once although the answer to its change is lost, and is verified', async () => {
    const { output: seen } = await perform('preflightHostedEngine', 'check', {});
    const params = { seen };
    const planned = await perform('answerFile', 'check', params);
    expect(planned).toMatchObject({ state: 'wouldDo' });
    await control.fault({ target: 'host1', kind: 'drop-after', match: 'flock .* dd ' });
    await expect(perform('answerFile', 'apply', params)).rejects.toMatchObject({
      type: 'OutcomeUnknown',
      nonRetryable: false,
    });
    await expect(perform('answerFile', 'apply', params, { attempt: 2 })).resolves.toMatchObject({ commands: [] });
    expect(await perform('answerFile', 'check', params)).toMatchObject({ state: 'already' });
  });
});

/** Tries again as the retry policy does while a failure says that this may help. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error as { nonRetryable?: boolean }).nonRetryable !== false) throw error;
    }
  }
}
