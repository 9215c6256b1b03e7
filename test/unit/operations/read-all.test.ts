import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { answeredOrNot, limited, readAll } from '../../../activities/host/read-all.ts';
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

  it('gives a read no input', async () => {
    expect((await readAll(local, { input: ['cat'] })).input).toEqual({ code: 0, text: '' });
  });

  it('takes silence for an answer only where it is one', async () => {
    const reads = { hangs: answeredOrNot(['sleep', '30'], 1), next: ['echo', 'there'] };
    const answers = await readAll(local, reads);
    expect(answers.hangs).toEqual({ code: 124, text: 'no answer within 1 seconds\n' });
    expect(answers.next.text).toBe('there\n');
    await expect(readAll(local, { hangs: limited('sleep 30', 1) })).rejects.toMatchObject({
      type: 'NotYet',
      message: 'local: no answer within 1 seconds from sleep 30',
    });
  });

  it('does not take for absent what the host did not come to say', async () => {
    const broken: HostShell = { ...local, readScript: async () => ({ code: 1, stdout: '', stderr: '' }) };
    await expect(readAll(broken, { any: ['true'] })).rejects.toMatchObject({ type: 'NotYet' });
  });
});
