import { readFileSync, writeFileSync } from 'node:fs';
import { CancelledFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apply } from '../../activities/runtime/apply.ts';
import { check } from '../../activities/runtime/check.ts';
import { any, environment, fileHas, inActivity, step } from './runtime-environment.ts';
import { LocalHost } from './runtime-local-host.ts';

let host: LocalHost;
const params = { host: 'host1', path: '/srv/file', text: "it's $HOME\n" };
const file = any(fileHas);

beforeEach(() => {
  host = new LocalHost();
});
afterEach(() => host.close());

const applyNow = (firstTry = true, env = environment(), operation = file) =>
  inActivity(host, (context) => apply(operation, context, params, step, firstTry), env);

const changing = () => host.commands.filter((line) => line.includes('install'));

describe('check', () => {
  it('shows the commands that apply runs, and changes nothing', async () => {
    const checked = await inActivity(host, (context) => check(file, context, params, step));
    expect(checked).toEqual({
      state: 'wouldDo',
      commands: ['install -m 0644 /dev/stdin /srv/file < (11 bytes)'],
      evidence: ['/srv/file holds 0 characters'],
    });
    expect(host.commands).toEqual(['cat /srv/file']);
    const applied = await applyNow();
    expect(applied.commands).toEqual(checked.commands);
  });

  const busyFor = (looks: number) => {
    let left = looks;
    const undo = { title: 'Take it back', call: { operation: 'fileHas', params } };
    return any({
      ...fileHas,
      decide: (content: string) =>
        left-- > 0
          ? { state: 'underWay', changes: [], evidence: [], awaits: 'somebody writes to it' }
          : { ...fileHas.decide(content, params, never), undo },
    });
  };

  it('waits in a run for what others have begun, to tell what would be done and taken back; a plan tells what it sees', async () => {
    const planned = await inActivity(host, (context) => check(busyFor(2), context, params, { ...step, pass: 'plan' }));
    expect(planned).toEqual({ state: 'wouldDo', commands: [], evidence: ['somebody writes to it'] });
    const found = await inActivity(host, (context) => check(busyFor(2), context, params, step));
    expect(found).toMatchObject({
      state: 'wouldDo',
      commands: ['install -m 0644 /dev/stdin /srv/file < (11 bytes)'],
      undo: { title: 'Take it back' },
    });
    expect(changing()).toEqual([]);
  });

  it('tells in a run that what others have begun comes to no end', async () => {
    const never = inActivity(host, (context) => check(busyFor(1000), context, params, step));
    await expect(never).rejects.toMatchObject({
      type: 'VerificationFailed',
      message: 'Write /srv/file: not over in time: somebody writes to it',
    });
  });
});

describe('apply', () => {
  it('changes under the lock of the step, verifies, and gives the output', async () => {
    const applied = await applyNow();
    expect(readFileSync(host.path('/srv/file'), 'utf8')).toBe(params.text);
    expect(applied.output).toEqual({ length: 11 });
    expect(changing()).toEqual([
      expect.stringMatching(/^flock -w 60 \/run\/lock\/ovirt-runbooks-[0-9a-f]{12}\.lock install -m 0644/),
    ]);
  });

  it('does nothing when the state is there', async () => {
    writeFileSync(host.path('/srv/file'), params.text);
    const applied = await applyNow();
    expect(applied).toMatchObject({ commands: [], output: { length: 11 } });
    expect(changing()).toEqual([]);
  });

  it('refuses with findings before any change', async () => {
    writeFileSync(host.path('/srv/file'), 'forbidden');
    await expect(applyNow()).rejects.toMatchObject({
      type: 'PreconditionFailed',
      message: 'Write /srv/file: /srv/file may not be changed',
      nonRetryable: true,
      details: [{ findings: [{ what: '/srv/file may not be changed', fix: 'ask its owner' }] }],
    });
    expect(changing()).toEqual([]);
  });

  it('is not done by an exit code: a change without effect fails the verification, naming what is missing', async () => {
    const idle = any({
      ...fileHas,
      decide: (content: string) => ({ ...fileHas.decide(content, params, never), changes: [{ argv: ['true'] }] }),
    });
    await expect(applyNow(true, environment(), idle)).rejects.toMatchObject({
      type: 'VerificationFailed',
      message: 'Write /srv/file: changed without an error, but not verified: still to do: true',
    });
  });

  it('waits for a state that settles later', async () => {
    const slow = any({
      ...fileHas,
      decide: (content: string) => ({
        ...fileHas.decide(content, params, never),
        changes: [
          { argv: ['bash', '-c', '(sleep 0.15; printf "it\'s \\$HOME\\n" >"$0") >/dev/null 2>&1 &', '/srv/file'] },
        ],
      }),
    });
    await expect(applyNow(true, environment(), slow)).resolves.toMatchObject({ output: { length: 11 } });
  });

  it('counts a failed command as done when the state is there nevertheless, and says so', async () => {
    const grumbling = any({
      ...fileHas,
      decide: (content: string) => {
        const decision = fileHas.decide(content, params, never);
        return {
          ...decision,
          changes: [...decision.changes, { argv: ['bash', '-c', 'echo "Error: Nothing to do" >&2; exit 1'] }],
        };
      },
    });
    const applied = await applyNow(true, environment(), grumbling);
    expect(applied.evidence.at(-1)).toMatch(/^without consequence: .*exit code 1: Error: Nothing to do$/);
  });

  it('stops at the first failed change and tells its decisive lines, but runs what must always run', async () => {
    const failing = any({
      ...fileHas,
      decide: () => ({
        state: 'wouldDo',
        evidence: [],
        changes: [
          { argv: ['bash', '-c', 'echo "Error: no such repository" >&2; echo cleaning up; exit 3'] },
          { argv: ['touch', '/srv/never'] },
          { argv: ['touch', '/srv/always'], always: true },
        ],
      }),
    });
    await expect(applyNow(true, environment(), failing)).rejects.toMatchObject({
      type: 'CommandFailed',
      details: [{ exitCode: 3, lines: expect.arrayContaining(['Error: no such repository']) }],
    });
    expect(host.commands.filter((line) => line.includes('touch'))).toEqual([expect.stringContaining('/srv/always')]);
  });

  it('waits on a later try for the command that an earlier one left running, before it looks', async () => {
    const slow = any({
      ...fileHas,
      decide: (content: string) => ({
        ...fileHas.decide(content, params, never),
        changes: [{ argv: ['bash', '-c', 'sleep 0.3; cat >"$0"', '/srv/file'], stdin: params.text }],
      }),
    });
    host.lost = (line) => line.includes('sleep');
    await expect(applyNow(true, environment(), slow)).rejects.toMatchObject({
      type: 'OutcomeUnknown',
      nonRetryable: false,
    });
    host.commands.length = 0;
    await expect(applyNow(false)).resolves.toMatchObject({ commands: [], output: { length: 11 } });
    expect(host.commands[0]).toMatch(/^flock -w 60 \S+ true$/);
    expect(host.commands[1]).toBe('cat /srv/file');
    expect(changing()).toEqual([]);
  });

  it('finishes the command at hand when cancelled, then ends as cancelled', async () => {
    const env = environment();
    host.before = (line) => {
      if (line.includes('install')) env.cancel();
    };
    await expect(applyNow(true, env)).rejects.toBeInstanceOf(CancelledFailure);
    expect(readFileSync(host.path('/srv/file'), 'utf8')).toBe(params.text);
  });
});

const never = {} as never;

describe('apply for a maintenance window', () => {
  const within = (seconds: number, firstTry: boolean, env = environment(), operation = file) => {
    const beginBefore = new Date(Date.now() + seconds * 1000).toISOString();
    return inActivity(host, (context) => apply(operation, context, params, { ...step, beginBefore }, firstTry), env);
  };
  const tooLate = { type: 'WindowClosed', message: expect.stringMatching(/^"Write a file" was not begun: it fitted/) };

  it('changes as long as the step may begin, and leaves word that it has', async () => {
    const env = environment();
    const beats: unknown[] = [];
    env.on('heartbeat', (details) => beats.push(details));
    const failing = any({
      ...fileHas,
      decide: () => ({ state: 'wouldDo', evidence: [], changes: [{ argv: ['false'] }] }),
    });
    await expect(within(60, true, env, failing)).rejects.toMatchObject({ type: 'CommandFailed' });
    expect(beats.at(-1)).toMatchObject({ begun: true });
  });

  it('changes nothing after that', async () => {
    await expect(within(-1, true)).rejects.toMatchObject({ ...tooLate, details: [{ nothingBegun: true }] });
    expect(changing()).toEqual([]);
  });

  it('ends what an earlier try has begun, and does not say that nothing was where it cannot know', async () => {
    await expect(within(-1, false)).rejects.toMatchObject({
      ...tooLate,
      details: [expect.not.objectContaining({ nothingBegun: true })],
    });
    await within(-1, false, environment({ attempt: 2, heartbeatDetails: { begun: true } }));
    expect(readFileSync(host.path('/srv/file'), 'utf8')).toBe(params.text);
  });

  it('says nothing more where the state is there already', async () => {
    writeFileSync(host.path('/srv/file'), params.text);
    expect(await within(-1, true)).toMatchObject({ commands: [] });
  });
});
