import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { follow } from '../../activities/runtime/follow.ts';
import { start } from '../../activities/runtime/start.ts';
import { stop } from '../../activities/runtime/stop.ts';
import { until } from '../support/until.ts';
import { any, inActivity, longWork, type ScriptParams, step } from './runtime-environment.ts';
import { LocalHost } from './runtime-local-host.ts';

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
});
afterEach(() => host.close());

const work = any(longWork);
const params = (run: string, more: Partial<ScriptParams> = {}): ScriptParams => ({ host: 'host1', run, ...more });
const startNow = (given: ScriptParams) => inActivity(host, (context) => start(work, context, given, step, true));
const followNow = (given: ScriptParams) => inActivity(host, (context) => follow(work, context, given, step));
const stopNow = (given: ScriptParams) => inActivity(host, (context) => stop(work, context, given, step));
const present = (path: string) => existsSync(host.path(path));
/** Ends when the test lets it. */
const GATE = 'until [ -e /srv/go ]; do sleep 0.02; done';
const open = () => writeFileSync(host.path('/srv/go'), '');

describe('stop', () => {
  it('ends the processes, takes the secret back, and may be repeated', async () => {
    const given = params(`trap '' TERM; (${GATE}; touch /srv/done)`, { secret: 'secret' });
    const { unit } = await startNow(given);
    await until(() => host.unitFile('log') !== '');
    const stubborn = host;
    stubborn.before = (line) => {
      if (!line.startsWith('systemctl stop')) return;
      stubborn.before = () => undefined;
      // As systemd does when its stop time-out is over.
      setTimeout(() => stubborn.killUnits(), 100);
    };
    await expect(stopNow(given)).resolves.toMatchObject({
      evidence: [expect.stringContaining(`stopped ${unit} on host1`)],
    });
    expect(present('/srv/secret')).toBe(false);
    open();
    await expect(stopNow(given)).resolves.toMatchObject({ evidence: [expect.stringContaining('nothing to stop')] });
    expect(present('/srv/done')).toBe(false);
  });

  it('records the signal, so that a follower knows', async () => {
    const given = params(GATE);
    await startNow(given);
    await until(() => host.unitFile('log') !== '');
    await stopNow(given);
    expect(host.unitFile('rc')).toBe('143 TERM\n');
    await expect(followNow(given)).rejects.toMatchObject({
      type: 'CommandStopped',
      message: expect.stringContaining('stopped by signal TERM'),
    });
  });

  it('finds nothing to stop where nothing was started', async () => {
    await expect(stopNow(params('true'))).resolves.toMatchObject({
      evidence: [expect.stringContaining('was not running: nothing to stop')],
    });
  });
});
