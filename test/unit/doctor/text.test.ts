import { describe, expect, it } from 'vitest';
import { limited, notChecked, ok, problem } from '../../../cli/doctor/finding.ts';
import { space } from '../../../cli/doctor/home.ts';
import { retention } from '../../../cli/doctor/temporal.ts';
import { doctorText } from '../../../cli/doctor/text.ts';

describe('what doctor tells', () => {
  it('stands in groups, each problem with its fix, what was left out with its reason once', () => {
    const text = doctorText(
      [
        ok('temporal.reachable', 'a:7233', 'Temporal 1.29.1 answers at a:7233'),
        retention('default', 3),
        problem('host.login', 'host1', 'nobody answers', 'Look at host1'),
        ...notChecked(['host.hostKey', 'host.sudo', 'host.clock'], 'host1', 'nobody got in over SSH'),
        ok('host.login', 'host2', 'root logs in'),
        ...notChecked(['engine.caCertificate'], 'url', 'the inventory pins no CA'),
      ],
      false,
    );
    expect(text.split('\n').slice(0, -2)).toEqual([
      'Temporal and workers',
      '  ✓ Temporal 1.29.1 answers at a:7233',
      '  ✗ namespace default keeps closed runs for 3 days, less than 90',
      '      temporal operator namespace update -n default --retention 90d',
      'Host host1',
      '  ✗ nobody answers',
      '      Look at host1',
      '  – not checked: host key, sudo, clock: nobody got in over SSH',
      'Host host2',
      '  ✓ root logs in',
      'Engine',
      '  – not checked: CA certificate: the inventory pins no CA',
    ]);
    expect(text.split('\n').at(-1)).toMatch(/^2 problems; 2 checks passed, 4 not checked\. .*from this machine/);
  });

  it('is that nothing is missing when there is no problem', () => {
    expect(doctorText([ok('home.space', '/a', 'fine')], false)).toContain('\nNothing is missing; 1 check passed');
  });
});

describe('a look', () => {
  it('that does not end is a problem after its time, and is told to stop', async () => {
    let stopped = false;
    const findings = await limited('host.login', 'host1', 0.05, (signal) => {
      signal.addEventListener('abort', () => {
        stopped = true;
      });
      return new Promise(() => undefined);
    });
    expect(findings).toEqual([
      {
        id: 'host.login',
        subject: 'host1',
        state: 'problem',
        what: 'no answer within 0.05 seconds',
        fix: expect.any(String),
      },
    ]);
    expect(stopped).toBe(true);
  });

  it('that breaks is a problem, not the end of the others', async () => {
    const findings = await limited('engine.reachable', 'url', 5, () => Promise.reject(new Error('surprise')));
    expect(findings).toEqual([expect.objectContaining({ state: 'problem', what: 'looking ended with: surprise' })]);
  });
});

describe('limits', () => {
  it('are those that docs/production.md asks for', () => {
    expect(retention('default', 90).state).toBe('ok');
    expect(retention('default', 89.9).state).toBe('problem');
    expect(space('/home', 1).state).toBe('ok');
    expect(space('/home', 0.9)).toMatchObject({ state: 'problem', what: '0.9 GiB free in /home' });
  });
});
