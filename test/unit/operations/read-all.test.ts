import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readAll } from '../../../activities/host/read-all.ts';
import type { HostShell, ShellResult } from '../../../activities/runtime/host-shell.ts';

/** Runs the script in the Bash of this machine, as a host would. */
const local: HostShell = {
  name: 'local',
  read: () => Promise.reject(new Error('not used')),
  readScript: (script) =>
    new Promise<ShellResult>((resolve) => {
      execFile('bash', ['-c', script], (error, stdout, stderr) => resolve({ code: error ? 1 : 0, stdout, stderr }));
    }),
};

describe('readAll', () => {
  it('keeps answers apart: codes, both streams, no newline at the end, quotes', async () => {
    const answers = await readAll(local, {
      plain: ['printf', '%s', "it's $HOME"],
      lines: 'echo one; echo two >&2; exit 3',
      empty: ['true'],
      missing: ['no-such-program-here'],
    });
    expect(answers.plain).toEqual({ code: 0, text: "it's $HOME" });
    expect(answers.lines).toEqual({ code: 3, text: 'one\ntwo\n' });
    expect(answers.empty).toEqual({ code: 0, text: '' });
    expect(answers.missing.code).toBe(127);
  });

  it('gives a read no input and ends one that hangs, without costing the others', async () => {
    const answers = await readAll(local, { input: ['cat'], hangs: ['sleep', '30'], next: ['echo', 'there'] }, 1);
    expect(answers.input).toEqual({ code: 0, text: '' });
    expect(answers.hangs.code).toBe(124);
    expect(answers.next.text).toBe('there\n');
  });

  it('answers 127 for what is missing when the host broke off', async () => {
    const broken: HostShell = { ...local, readScript: async () => ({ code: 1, stdout: '', stderr: '' }) };
    expect((await readAll(broken, { any: ['true'] })).any.code).toBe(127);
  });
});
