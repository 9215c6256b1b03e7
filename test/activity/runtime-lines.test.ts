import { describe, expect, it } from 'vitest';
import { decisiveLines } from '../../activities/runtime/decisive-lines.ts';
import { renderCommand } from '../../activities/runtime/render-command.ts';
import { parseLook } from '../../activities/runtime/unit-look.ts';
import { lockPath, unitPlace } from '../../activities/runtime/unit-name.ts';

const many = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));

describe('the decisive lines of an output', () => {
  const cases: { given: string; output: string[]; expected: string[] }[] = [
    {
      given: 'a failed deployment that cleans up for long after its error',
      output: [
        '[ INFO  ] TASK [ovirt.hosted_engine_setup : Create local VM]',
        '[ ERROR ] fatal: [localhost]: FAILED! => {"msg": "unknown CPU feature: md-clear"}',
        ...many(30, (at) => `[ INFO  ] Stage: Clean up ${at}`),
      ],
      expected: [
        '[ INFO  ] TASK [ovirt.hosted_engine_setup : Create local VM]',
        '[ ERROR ] fatal: [localhost]: FAILED! => {"msg": "unknown CPU feature: md-clear"}',
      ],
    },
    {
      given: 'an error that Ansible ignores',
      output: [
        'TASK [one]',
        'fatal: [localhost]: FAILED! => {"rc": 1}',
        '...ignoring',
        'TASK [two]',
        'error: it broke',
      ],
      expected: ['TASK [two]', 'error: it broke'],
    },
    {
      given: 'a traceback',
      output: [
        'starting',
        'Traceback (most recent call last):',
        '  File "/usr/x.py", line 3, in main',
        '    run()',
        "KeyError: 'vm'",
      ],
      expected: ['    run()', "KeyError: 'vm'"],
    },
    {
      given: 'the same error again and again',
      output: ['12:00:01 waiting', '12:00:02 error: locked', '12:00:03 error: locked', '12:00:04 error: locked'],
      expected: ['12:00:01 waiting', '12:00:02 error: locked'],
    },
    {
      given: "the script's own word for a command that names an error",
      output: ["+ grep 'error: ' /var/log/messages", 'nothing found', 'giving up'],
      expected: ["+ grep 'error: ' /var/log/messages", 'nothing found', 'giving up'],
    },
    {
      given: 'nothing that looks like an error',
      output: many(30, String),
      expected: many(12, (at) => String(18 + at)),
    },
  ];
  it.each(cases)('$given', ({ output, expected }) => {
    expect(decisiveLines(output.join('\n'))).toEqual(expected);
  });

  it('keeps the first and the last of many, and cuts endless ones', () => {
    const lines = decisiveLines(many(40, (at) => `error: ${at} ${'x'.repeat(at === 0 ? 5000 : 1)}`).join('\n'));
    expect(lines).toHaveLength(12);
    expect(lines[0]?.length).toBeLessThan(700);
    expect(lines.at(-1)).toBe('error: 39 x');
  });
});

describe('the line that a plan shows', () => {
  it('quotes arguments and names what goes to standard input, but no secret', () => {
    expect(renderCommand({ argv: ['echo', "it's"] })).toBe("echo 'it'\\''s'");
    expect(renderCommand({ argv: ['install', '/dev/stdin', '/x'], stdin: 'ä\n' })).toBe(
      'install /dev/stdin /x < (3 bytes)',
    );
    expect(renderCommand({ argv: ['install', '/dev/stdin', '/x'], secretStdin: async () => 'x' })).toBe(
      'install /dev/stdin /x < (secret)',
    );
  });
});

describe('the name of a unit', () => {
  const step = { run: 'r', id: 's', title: 't', attempt: 1, pass: 'run' as const };
  it('is the same for every retry of an activity and another for every attempt; the lock is one for all attempts', () => {
    const first = unitPlace('deployHostedEngine', step);
    expect(first.unit).toMatch(/^ovirt-runbook-deploy-hosted-engine-[0-9a-f]{12}$/);
    expect(unitPlace('deployHostedEngine', { ...step, title: 'other' })).toEqual(first);
    expect(unitPlace('deployHostedEngine', { ...step, attempt: 2 }).unit).not.toBe(first.unit);
    expect(unitPlace('deployHostedEngine', { ...step, run: 'q' }).unit).not.toBe(first.unit);
    expect(unitPlace('deployHostedEngine', { ...step, pass: 'undo' }).unit).not.toBe(first.unit);
    expect(lockPath({ ...step, attempt: 2 })).toBe(lockPath(step));
  });
});

describe('a look at a unit', () => {
  const place = unitPlace('x', { run: 'r', id: 's', title: 't', attempt: 1, pass: 'run' });
  const look = (unit: string, files = 'marker=\nrc=\nlog=') =>
    parseLook('host1', place, `boot=b\n${unit}\n${files}\nchunk=\n`);
  const cases: { given: string; unit: string; running: boolean }[] = [
    { given: 'running', unit: 'LoadState=loaded\nActiveState=active\nSubState=running', running: true },
    {
      given: 'being stopped',
      unit: 'LoadState=loaded\nActiveState=deactivating\nSubState=stop-sigterm',
      running: true,
    },
    {
      given: 'ended well and kept by -r',
      unit: 'LoadState=loaded\nActiveState=active\nSubState=exited',
      running: false,
    },
    { given: 'failed', unit: 'LoadState=loaded\nActiveState=failed\nSubState=failed', running: false },
    {
      given: 'missing, which looks like a success',
      unit: 'ActiveState=inactive\nLoadState=not-found\nSubState=dead',
      running: false,
    },
  ];
  it.each(cases)('$given', ({ unit, running }) => {
    expect(look(unit).running).toBe(running);
  });

  it('tells an exit code of 0 from none, and the signal that ended the script', () => {
    const unit = 'LoadState=not-found\nActiveState=inactive\nSubState=dead';
    expect(look(unit)).toEqual({ bootId: 'b', running: false, commands: [], chunk: Buffer.alloc(0) });
    expect(look(unit, 'marker=a\nrc=0\nlog=0')).toMatchObject({ marker: 'a', exit: { code: 0 }, logSize: 0 });
    expect(look(unit, 'marker=a\nrc=143 TERM\nlog=9')).toMatchObject({ exit: { code: 143, signal: 'TERM' } });
  });

  it('refuses an answer that it does not understand', () => {
    expect(() => parseLook('host1', place, 'sudo: something\n')).toThrow(/not understood/);
  });
});
