import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPackages, installReleasePackage } from '../../activities/host/index.ts';
import {
  answerFile,
  cleanUpHostedEngine,
  deployHostedEngine,
  preflightHostedEngine,
  removeAnswerFile,
  verifyHostedEngine,
} from '../../activities/hosted-engine/index.ts';
import type { PreflightOutput } from '../../activities/hosted-engine/params.ts';
import { type OperationsLab, startOperationsLab } from './operations-lab.ts';

let lab: OperationsLab;
const host = 'host1';

beforeAll(async () => {
  lab = await startOperationsLab({ speed: 400 });
});
afterAll(() => lab?.close());

const preflight = () => lab.decide(preflightHostedEngine, { host });
const findings = async () => (await preflight()).findings?.map(({ what }) => what) ?? [];

async function install(): Promise<void> {
  for (const [operation, params] of [
    [installReleasePackage, { host }],
    [installPackages, { host, packages: 'epel' }],
    [installPackages, { host, packages: 'setup' }],
  ] as const) {
    const decision = await lab.decide(operation, params as { host: string; packages: 'epel' });
    await lab.carryOut(host, decision);
  }
}

describe('the preflight', () => {
  it('passes on a bare host and changes nothing', async () => {
    const { revision } = await lab.control.state();
    const decision = await preflight();
    expect(decision.findings ?? []).toEqual([]);
    expect(decision.output).toMatchObject({
      hostName: 'host1.test.local',
      managementInterface: 'em1',
      gateway: '172.20.32.32',
      lun: { wwid: lab.context.inventory.storage.hostedEngine.lun, size: '150G', paths: 2 },
    });
    expect((await lab.control.state()).revision).toBe(revision);
  });

  it.each([
    ['lun-dirty', /^LUN \S+ on host1 is not empty: /],
    ['lun-missing-path', /has paths that are not active ready running/],
    ['dns-broken', /the engine's name ovirt\.test\.local does not resolve on host1/],
    ['dns-reverse-missing', /has no reverse entry/],
    ['hostname-wrong-nic', /the host's name /],
  ])('refuses in world %s', async (kind, sentence) => {
    await lab.control.fault({ target: kind.startsWith('dns') ? 'dns' : host, kind });
    expect((await findings()).join('\n')).toMatch(new RegExp(sentence.source, 'm'));
    await lab.reset();
  });

  it('refuses when the clock is off', async () => {
    await lab.control.fault({ target: host, kind: 'clock-skew' });
    expect((await findings()).join('\n')).toMatch(/the clock of host1/);
    await lab.reset();
  });
});

async function prepare(): Promise<PreflightOutput> {
  await lab.reset();
  const found = await preflight();
  expect(found.findings ?? []).toEqual([]);
  const seen = found.output as PreflightOutput;
  await install();
  await lab.carryOut(host, await lab.decide(answerFile, { host, seen }));
  return seen;
}

/** Waits for what takes the world a moment; the test's own limit ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a deployment that fails', () => {
  it('leaves no password and succeeds the second time', async () => {
    await prepare();
    await lab.control.fault({ target: host, kind: 'deploy-unknown' });
    const log = await lab.carryOut(host, await lab.decide(deployHostedEngine, { host }));
    expect(deployHostedEngine.judge?.({ code: 1, log })).toBe('hosted-engine --deploy ended with 1');
    const left = await lab.shell(host).read(['ls', '/run/ovirt-runbooks']);
    expect(left.stdout).not.toContain('secrets');
    await lab.carryOut(host, await lab.decide(deployHostedEngine, { host }));
    await lab.settle(deployHostedEngine, { host });
  });
});

describe('a deployment that the host did not survive', () => {
  const bootstrapVm = async () =>
    (await lab.shell(host).read(['virsh', '-r', 'list', '--all'])).stdout.includes('HostedEngineLocal');

  async function interrupt(): Promise<void> {
    await prepare();
    const deployment = await lab.decide(deployHostedEngine, { host });
    const broken = lab.carryOut(host, deployment).catch(() => 'connection lost');
    await until(bootstrapVm);
    await lab.control.fault({ target: host, kind: 'reboot' });
    await broken;
    await until(async () => (await lab.shell(host).read(['true'])).code === 0);
    await until(bootstrapVm);
    expect((await findings()).join('\n')).toMatch(/remains of an attempt to deploy/);
  }

  it('is begun again after its remains are cleared', async () => {
    await interrupt();
    const again = await lab.decide(deployHostedEngine, { host });
    expect(again.changes.map(({ argv }) => argv[0])).toContain('ovirt-hosted-engine-cleanup');
    await lab.carryOut(host, again);
    await lab.settle(deployHostedEngine, { host });
  });

  it('is taken back until the preflight finds the host as ready as before', async () => {
    await interrupt();
    const params = { host, enabledBefore: ['libvirtd'] };
    await lab.carryOut(host, await lab.decide(cleanUpHostedEngine, params));
    await lab.settle(cleanUpHostedEngine, params);
    expect(await findings()).toEqual([]);
  });
});

describe('a whole deployment', () => {
  let seen: PreflightOutput;

  it('deploys, verifies, and finds nothing to do a second time', async () => {
    seen = await prepare();
    expect((await lab.decide(answerFile, { host, seen })).state).toBe('already');

    const deployment = await lab.decide(deployHostedEngine, { host });
    expect(deployment.state).toBe('wouldDo');
    const log = await lab.carryOut(host, deployment);
    expect(deployHostedEngine.judge?.({ code: 0, log })).toBeUndefined();
    await lab.settle(deployHostedEngine, { host });
    expect(log).not.toContain(await lab.context.secret(lab.context.inventory.engine.password, 'test'));

    const verified = await lab.decide(verifyHostedEngine, { host });
    expect(verified.findings ?? []).toEqual([]);
    expect(verified.state).toBe('already');
  });

  it('passes the preflight again and writes the same answers', async () => {
    const again = await preflight();
    expect(again.findings ?? []).toEqual([]);
    expect(again.output).toMatchObject({ deployed: true, managementInterface: seen.managementInterface });
    const params = { host, seen: again.output as PreflightOutput };
    expect((await lab.decide(answerFile, params)).state).toBe('already');
    const { path } = (await lab.decide(answerFile, params)).output as { path: string };
    await lab.carryOut(host, await lab.decide(removeAnswerFile, { host, path }));
    expect((await lab.decide(answerFile, params)).evidence).toEqual([
      'the engine is deployed: nothing asks for answers',
    ]);
    expect((await lab.decide(answerFile, { host, seen })).state).toBe('wouldDo');
    const { revision } = await lab.control.state();
    expect((await lab.decide(deployHostedEngine, { host })).state).toBe('already');
    expect((await lab.control.state()).revision).toBe(revision);
  });

  it('is cleaned up as far as it can be, and says what stays', async () => {
    const decision = await lab.decide(cleanUpHostedEngine, { host, enabledBefore: ['libvirtd'] });
    expect(decision.state).toBe('wouldDo');
    expect(decision.leaves?.what).toContain(`LUN ${seen.lun.wwid}: volume group`);
    await lab.carryOut(host, decision);
    const after = await lab.settle(cleanUpHostedEngine, { host, enabledBefore: ['libvirtd'] });
    expect(after.state).toBe('already');
    expect((await lab.control.state()).hostedEngine.deployed).toBe(false);
    expect((await lab.decide(verifyHostedEngine, { host })).findings?.[0]?.what).toContain('no hosted engine');
  });

  it('is not begun again on a LUN that still carries the old one', async () => {
    expect(await lab.decide(deployHostedEngine, { host })).toMatchObject({ state: 'refused', changes: [] });
  });

  it('takes its answer file back', async () => {
    const path = `/var/lib/ovirt-hosted-engine-setup/answers/ovirt-runbooks-ovirt.test.local.conf`;
    await lab.carryOut(host, await lab.decide(removeAnswerFile, { host, path }));
    expect((await lab.decide(removeAnswerFile, { host, path })).state).toBe('already');
  });
});
