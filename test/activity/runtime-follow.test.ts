import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { follow } from '../../activities/runtime/follow.ts';
import type { Progress } from '../../activities/runtime/progress.ts';
import { workerStopping } from '../../activities/runtime/services.ts';
import { start } from '../../activities/runtime/start.ts';
import { stop } from '../../activities/runtime/stop.ts';
import { Unit } from '../../activities/runtime/unit.ts';
import { unitPlace } from '../../activities/runtime/unit-name.ts';
import { registerSecret } from '../../connectors/redaction.ts';
import { until } from '../support/until.ts';
import { any, environment, inActivity, longWork, type ScriptParams, step } from './runtime-environment.ts';
import { LocalHost } from './runtime-local-host.ts';

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
});
afterEach(() => host.close());

const work = any(longWork);
const UNIT = /^ovirt-runbook-long-work-[0-9a-f]{12}$/;
const params = (run: string, more: Partial<ScriptParams> = {}): ScriptParams => ({
  host: 'host1',
  run,
  ...more,
});

const startNow = (given: ScriptParams, firstTry = true) =>
  inActivity(host, (context) => start(work, context, given, step, firstTry));
const followNow = (
  given: ScriptParams,
  env = environment(),
  operation = work,
  stopping = new AbortController().signal,
) => inActivity(host, (context) => follow(operation, context, given, step), env, stopping);
const stopNow = (given: ScriptParams) => inActivity(host, (context) => stop(work, context, given, step));
const starts = () => host.commands.filter((line) => line.startsWith('systemd-run'));
const present = (path: string) => existsSync(host.path(path));
/** Ends when the test lets it. */
const GATE = 'until [ -e /srv/go ]; do sleep 0.02; done';
const open = () => writeFileSync(host.path('/srv/go'), '');

describe('start', () => {
  it('starts one unit that goes on by itself, with options that systemd 219 knows', async () => {
    const started = await startNow(params(`${GATE}; touch /srv/done`));
    expect(started.unit).toMatch(UNIT);
    expect(started.commands).toHaveLength(1);
    expect(starts()).toEqual([
      `systemd-run --unit=${started.unit} '--description=Work for long' -r /bin/bash /var/lib/ovirt-runbooks/${started.unit}/script`,
    ]);
  });

  it('finds the unit that an earlier try started, running or ended, and starts no second one', async () => {
    const given = params(`echo once >>/srv/count; ${GATE}; touch /srv/done`);
    const first = await startNow(given);
    expect(await startNow(given, false)).toEqual(first);
    open();
    await followNow(given);
    expect(await startNow(given, false)).toEqual(first);
    expect(starts()).toHaveLength(1);
    expect(readFileSync(host.path('/srv/count'), 'utf8')).toBe('once\n');
  });

  it('takes a unit for its own that a try started whose answer was lost', async () => {
    const given = params(`echo once >>/srv/count; ${GATE}; touch /srv/done`);
    host.lost = (line) => line.startsWith('systemd-run');
    await expect(startNow(given)).rejects.toMatchObject({ type: 'OutcomeUnknown', nonRetryable: false });
    await until(() => present('/srv/count'));
    host.lost = () => false;
    const unit = new Unit(host, unitPlace('longWork', step));
    await expect(unit.start('Work for long')).resolves.toBeUndefined();
    await expect(startNow(given, false)).resolves.toMatchObject({ unit: unit.place.unit });
    open();
    await followNow(given);
    expect(readFileSync(host.path('/srv/count'), 'utf8')).toBe('once\n');
  });

  it('starts nothing when the state is there', async () => {
    writeFileSync(host.path('/srv/done'), '');
    await expect(startNow(params('true'))).resolves.toMatchObject({ already: true, commands: [] });
    expect(starts()).toEqual([]);
  });

  it('hands a secret over before the unit starts, and the script takes it away however it ends', async () => {
    const secret = 'p\'a$s "w\n';
    const given = params(`cp /srv/secret /srv/seen; ${GATE}; exit 3`, { secret });
    const started = await startNow(given);
    expect(started.commands[0]).toBe('install -m 0600 /dev/stdin /srv/secret < (secret)');
    open();
    await expect(followNow(given)).rejects.toMatchObject({ type: 'CommandFailed' });
    expect(readFileSync(host.path('/srv/seen'), 'utf8')).toBe(secret);
    expect(present('/srv/secret')).toBe(false);
    expect(host.unitFile('script')).not.toContain("p'a");
  });

  it('takes the secret away when the unit cannot be started', async () => {
    host.before = (line) => {
      if (line.startsWith('systemd-run'))
        writeFileSync(
          `${host.directory}/bin/systemd-run`,
          '#!/bin/bash\necho "Failed to create bus connection" >&2; exit 1\n',
        );
    };
    await expect(startNow(params('true', { secret: 'secret' }))).rejects.toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('bus connection'),
    });
    expect(present('/srv/secret')).toBe(false);
  });

  it('says that a reboot interrupted the unit, with both boots', async () => {
    const given = params(GATE);
    const { bootId } = await startNow(given);
    await until(() => host.unitFile('log') !== '');
    host.reboot();
    await expect(startNow(given, false)).rejects.toMatchObject({
      type: 'InterruptedByReboot',
      nonRetryable: true,
      details: [
        { startedInBoot: bootId, nowInBoot: readFileSync(host.path('/proc/sys/kernel/random/boot_id'), 'utf8').trim() },
      ],
    });
  });
});

describe('follow', () => {
  it('follows to the end, keeps the log, verifies, and frees the name of the unit', async () => {
    const given = params('echo "Stage: one"; echo "Stage: two"; touch /srv/done');
    const { unit } = await startNow(given);
    const done = await followNow(given);
    expect(done).toMatchObject({
      output: { done: true },
      evidence: ['/srv/done is there'],
      commands: [expect.stringContaining('bash -c')],
    });
    const log = readFileSync(done.log?.path ?? '', 'utf8');
    expect(log).toMatch(/^\+ bash -c .*\nStage: one\nStage: two\n$/s);
    expect(done.log).toMatchObject({ size: log.length, path: expect.stringContaining(unit) });
    expect(existsSync(`${host.directory}/state/${unit}`)).toBe(false);
    await expect(followNow(given)).resolves.toEqual(done);
  });

  it('tells stage, newest line and cursor with its heartbeats, and resumes from the cursor', async () => {
    const given = params(`echo "Stage: waiting"; echo newest; ${GATE}; touch /srv/done`);
    await startNow(given);
    const stopping = new AbortController();
    const first = environment();
    const beats: Progress[] = [];
    first.on('heartbeat', (details: Progress) => beats.push(details));
    const following = followNow(given, first, work, stopping.signal);
    await until(() => host.unitFile('log').includes('newest'));
    const looks = host.commands.length;
    await until(() => host.commands.length > looks + 2);
    stopping.abort(workerStopping());
    await expect(following).rejects.toMatchObject({ type: 'WorkerStopping', nonRetryable: false });
    const left = beats.at(-1);
    expect(left).toMatchObject({ unit: expect.stringMatching(UNIT), stage: 'waiting', line: 'newest' });
    expect(left?.cursor).toBe(Buffer.byteLength(host.unitFile('log')));
    open();
    host.commands.length = 0;
    await followNow(given, environment({ attempt: 2, heartbeatDetails: left }));
    expect(host.commands[0]).toContain(`tail -c +${(left?.cursor ?? 0) + 1} `);
  });

  it('tells the line that names a stage by the stage alone', async () => {
    const given = params(`echo before; echo "Stage: waiting"; ${GATE}; touch /srv/done`);
    await startNow(given);
    const env = environment();
    const beats: Progress[] = [];
    env.on('heartbeat', (details: Progress) => beats.push(details));
    const following = followNow(given, env);
    await until(() => beats.some(({ stage }) => stage === 'waiting'));
    expect(beats.at(-1)?.line).toBeUndefined();
    open();
    await following;
  });

  it('fails with the decisive lines, a pointer to the whole log, and no secret', async () => {
    registerSecret('hunter2hunter2');
    const given = params(
      'for i in $(seq 3000); do echo "line $i with some text to make the log longer than one look"; done; echo "[ INFO ] TASK [x]"; echo "[ ERROR ] fatal: it broke: hunter2hunter2"; for i in $(seq 40); do echo "cleaning up $i"; done; exit 1',
    );
    const { unit } = await startNow(given);
    const failure = await followNow(given).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      type: 'CommandFailed',
      nonRetryable: true,
      message: `${unit} on host1: ended with exit code 1`,
      details: [
        {
          exitCode: 1,
          lines: ['[ INFO ] TASK [x]', '[ ERROR ] fatal: it broke: [secret]'],
          unit,
          host: 'host1',
          logOnHost: `/var/lib/ovirt-runbooks/${unit}/log`,
        },
      ],
    });
    const [{ log }] = (failure as ApplicationFailure).details as [{ log: { path: string; size: number } }];
    const text = readFileSync(log.path, 'utf8');
    expect(text).toContain('line 3000 ');
    expect(text).toContain('cleaning up 40');
    expect(text).not.toContain('hunter2');
  });

  it('counts a bad exit code as done when the state is there, and says so', async () => {
    const given = params('touch /srv/done; exit 1');
    await startNow(given);
    const { evidence } = await followNow(given);
    expect(evidence).toEqual(['/srv/done is there', 'without consequence: ended with exit code 1']);
  });

  it('is not done by exit code 0: output may be judged, and the state must be there', async () => {
    const given = params('echo the end is missing');
    await startNow(given);
    const judging = any({
      ...longWork,
      judge: ({ log }: { log: string }) => (log.includes('success') ? undefined : 'it never said success'),
    });
    await expect(followNow(given, environment(), judging)).rejects.toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('it never said success'),
    });
    await expect(followNow(given)).rejects.toMatchObject({
      type: 'VerificationFailed',
      details: [{ log: expect.anything() }],
    });
  });

  it('finds done what start found done, where no unit was needed', async () => {
    writeFileSync(host.path('/srv/done'), '');
    const given = params('true');
    await startNow(given);
    await expect(followNow(given)).resolves.toEqual({
      commands: [],
      evidence: ['/srv/done is there'],
      output: { done: true },
    });
  });

  it('names a known failure by its id', async () => {
    const given = params('echo "error: unsupported configuration: unknown CPU feature: md-clear"; exit 1');
    await startNow(given);
    await expect(followNow(given)).rejects.toMatchObject({ details: [{ diagnosis: 'md-clear' }] });
  });

  it('says that the unit was killed from outside, and takes its secret back', async () => {
    const given = params(GATE, { secret: 'secret' });
    await startNow(given);
    await until(() => present('/srv/secret') && host.unitFile('log') !== '');
    host.killUnits();
    await expect(followNow(given)).rejects.toMatchObject({ type: 'CommandStopped', nonRetryable: true });
    expect(present('/srv/secret')).toBe(false);
  });

  it('notices a reboot', async () => {
    const given = params(GATE);
    await startNow(given);
    const following = followNow(given);
    await until(() => host.unitFile('log') !== '');
    host.reboot();
    await expect(following).rejects.toMatchObject({ type: 'InterruptedByReboot', nonRetryable: true });
  });

  it('takes a unit for done that brought its state about before the reboot that ended it', async () => {
    const given = params(`touch /srv/done; ${GATE}`);
    const { unit } = await startNow(given);
    await until(() => present('/srv/done'));
    host.reboot();
    await expect(startNow(given)).resolves.toMatchObject({ unit, already: true });
    await expect(followNow(given)).resolves.toMatchObject({
      output: { done: true },
      evidence: ['/srv/done is there', expect.stringContaining('without consequence: unit ovirt-runbook-long-work-')],
      commands: [expect.stringContaining('bash -c')],
      log: { path: expect.stringContaining(unit) },
    });
  });

  it('stops a unit that exceeds its limit', async () => {
    const given = params(GATE);
    await startNow(given);
    host.pass(3 * 3600);
    await expect(followNow(given)).rejects.toMatchObject({
      type: 'CommandStopped',
      message: expect.stringContaining('did not end within 120 minutes'),
    });
    await expect(stopNow(given)).resolves.toMatchObject({ evidence: [expect.stringContaining('nothing to stop')] });
  });

  it("counts the limit by the unit's own time, not by how long nobody could follow it", async () => {
    const given = params(`${GATE}; touch /srv/done`);
    await startNow(given);
    const late = environment({ scheduledTimestampMs: Date.now() - 3 * 3600 * 1000 });
    const following = followNow(given, late);
    await until(() => host.unitFile('log') !== '');
    open();
    await expect(following).resolves.toMatchObject({ output: { done: true } });
  });

  it('ends at once when cancelled; the unit goes on', async () => {
    const given = params(`${GATE}; touch /srv/done`);
    await startNow(given);
    const env = environment();
    const following = followNow(given, env);
    env.cancel();
    await expect(following).rejects.toBeInstanceOf(CancelledFailure);
    open();
    await expect(followNow(given)).resolves.toMatchObject({ output: { done: true } });
  });
});
