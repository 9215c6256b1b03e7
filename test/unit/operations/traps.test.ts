/** Traps of hosted-engine (docs/traps.md) that one reader of its answers alone would not show. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineIsHealthy, parseVmStatusJson } from '../../../activities/host/parse/vm-status.ts';
import { judgeScores } from '../../../activities/hosted-engine/ha/judge-scores.ts';
import { startEngineVm } from '../../../activities/hosted-engine/ha/start-engine-vm.ts';
import { enginePlace } from '../../../activities/hosted-engine/ha/views.ts';
import { Verdict } from '../../../activities/hosted-engine/preflight/checks.ts';
import { away, block, context, host1, host2 } from './ha-hosts.ts';

test('trap 7: a booting, paused or ending VM is up, but no healthy engine', () => {
  expect(engineIsHealthy(block(1))).toBe(true);
  for (const detail of ['WaitForLaunch', 'Powering up', 'Paused', 'Powering down']) {
    const status = [block(1, { detail }), away(2)];
    const place = enginePlace([host1({ status }), host2({ status })]);
    expect(place.claims.map(({ detail: said }) => said)).toEqual([detail]);
    expect(place.healthy, detail).toBeUndefined();
  }
});

test('trap 8: a VM that is not up is down in four words, and none of them claims it', () => {
  for (const vm of ['down', 'down_unexpected', 'down_missing', 'unknown']) {
    const status = [away(1, { vm }), away(2)];
    expect(enginePlace([host1({ status, domain: 'absent' }), host2({ status })]).claims, vm).toEqual([]);
  }
});

test('trap 10: the complaint about an unknown VM on stderr is no failure, words on stdout are', () => {
  const judge = (log: string, code: number) => startEngineVm.judge?.({ code, log });
  const normal =
    "Command VM.getStats with args {'vmID': '2a7875ac'} failed:\n(code=1, message=Virtual machine does not exist: {'vmId': u'2a7875ac'})\nVM in WaitForLaunch\n";
  expect(judge(normal, 0)).toBeUndefined();
  expect(judge('VM failed to launch\n', 1)).toBe('hosted-engine --vm-start: VM failed to launch');
  expect(parseVmStatusJson('You must run deploy first\n')).toBeUndefined();
});

test('trap 31: a host that is 800 points better is told before HA shuts the engine VM down for it', () => {
  const findings = (score: number) => {
    const status = [block(1, { score }), away(2)];
    const verdict = new Verdict();
    judgeScores([host1({ status }), host2({ status })], context.profile.hostedEngine, verdict);
    return verdict.findings.map(({ what }) => what).join('\n');
  };
  expect(findings(2600)).toContain('from a difference of 800 on, HA shuts the engine VM down to move it');
  expect(findings(2601)).not.toContain('from a difference of 800 on');
});

test('trap 33: no operation uses an option that 4.3 does not have', () => {
  const text = readdirSync('activities', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join('activities', path), 'utf8'))
    .join('\n');
  expect(text).toContain('--set-maintenance');
  expect(text).not.toMatch(/--(upgrade-appliance|rollback-upgrade|noansible)\b/);
});
