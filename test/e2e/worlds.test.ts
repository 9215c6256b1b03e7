import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Report } from '../../workflows/contract.ts';
import { deployProcesses } from '../support/deployments.ts';
import type { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

// A whole deployment each; several seconds on an idle machine.
vi.setConfig({ testTimeout: 120_000 });

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress() });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh());

const by = 'Ada';

test('an old libvirt is recognised before the deployment, renewed, and the engine deployed', async () => {
  await stack.control.fault({ target: 'host1', kind: 'md-clear-missing' });
  const run = await stack.start();
  const first = await run.waitingFor('approval');
  expect(first.waiting).toMatchObject({
    title: 'Update all packages of the host',
    show: {
      Why: 'libvirt is too old to know the CPU feature md-clear',
      'Will be run': 'yum -y update (the whole system)',
    },
  });
  await run.approve(by);
  await run.until(({ waiting }) => waiting?.title === 'Deploy the hosted engine');
  await run.approve(by);
  const report = await succeeded(run);
  expect(states(report)).toMatchObject({
    'disable-the-libvirt-latest-repository': 'done',
    'enable-the-qemu-ev-repository': 'done',
    'update-all-packages': 'done',
    'check-again-that-libvirt-offers-md-clear': 'passed',
    'run-hosted-engine-deploy': 'done',
  });
  expect(report.decisions.map(({ what }) => what)).toEqual([
    'approved: Update all packages of the host',
    'approved: Deploy the hosted engine',
  ]);
  const { host1 } = (await stack.control.state()).hosts;
  expect(host1?.repositories).toMatchObject({ 'mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_': false });
});

test('an old libvirt that shows in the deployment only is diagnosed there, renewed, and the deployment repeated', async () => {
  const run = await stack.start();
  await run.waitingFor('approval');
  // Somebody brings the odd repository's libvirt onto the host after the check.
  await stack.control.fault({ target: 'host1', kind: 'md-clear-missing' });
  const since = await stack.control.now();
  await run.approve(by);
  await run.until(({ waiting }) => waiting?.title === 'Update all packages of the host');
  const failed = (await run.status()).steps.find(({ id }) => id === 'run-hosted-engine-deploy');
  expect(failed).toMatchObject({ state: 'failed', diagnosis: { id: 'md-clear' } });
  expect(failed?.evidence?.join('\n')).toContain('unsupported configuration: unknown CPU feature: md-clear');
  await run.approve(by);
  const report = await succeeded(run);
  expect(step(report, 'run-hosted-engine-deploy')).toMatchObject({ state: 'done', attempts: 2 });
  expect(await deployProcesses(stack.control, since)).toBe(2);
});

test('iptables gives way to firewalld before the deployment', async () => {
  await stack.control.fault({ target: 'host1', kind: 'firewalld-off' });
  expect((await stack.control.state()).hosts.host1?.firewall).toMatchObject({ firewalld: false });
  const run = await stack.start();
  await run.approve(by);
  const report = await succeeded(run);
  expect(states(report)).toMatchObject({ 'enable-firewalld': 'done' });
  expect(step(report, 'run-hosted-engine-deploy')).toMatchObject({ attempts: 1 });
  expect((await stack.control.state()).hosts.host1?.firewall).toMatchObject({ firewalld: true, iptables: false });
});

test('a firewalld stopped behind the run is diagnosed in the deployment, enabled again, and the deployment repeated', async () => {
  const run = await stack.start();
  await run.waitingFor('approval');
  await stack.control.event({ target: 'host1', action: 'stop-service', unit: 'firewalld' });
  const since = await stack.control.now();
  await run.approve(by);
  const report = await succeeded(run);
  expect(step(report, 'run-hosted-engine-deploy')).toMatchObject({ state: 'done', attempts: 2 });
  expect(states(report)).toMatchObject({ 'enable-firewalld-again': 'done' });
  expect(await deployProcesses(stack.control, since)).toBe(2);
});

test('a failure that nobody has a name for parks the run with its decisive lines; a retry succeeds', async () => {
  await stack.control.fault({ target: 'host1', kind: 'deploy-unknown' });
  const since = await stack.control.now();
  const run = await stack.start();
  await run.approve(by);
  const { waiting, steps } = await run.until(({ waiting: asked }) => asked?.kind === 'parked');
  expect(waiting).toMatchObject({
    id: 'run-hosted-engine-deploy',
    title: '"Run hosted-engine --deploy" failed',
    options: ['retry', 'skip', 'rollback', 'abort'],
  });
  expect(waiting?.reason?.join('\n')).toMatch(/fatal:|\[ ERROR \]/);
  expect(steps.find(({ id }) => id === 'run-hosted-engine-deploy')?.diagnosis).toBeUndefined();
  expect(await run.decide({ ...waiting?.answer, by })).toBe(
    'Recorded: retry by Ada for "Run hosted-engine --deploy" failed.',
  );
  const report = await succeeded(run);
  expect(step(report, 'run-hosted-engine-deploy')).toMatchObject({ state: 'done', attempts: 2 });
  expect(await deployProcesses(stack.control, since)).toBe(2);
});

async function succeeded(run: RunHandle): Promise<Report> {
  const end = await run.end();
  expect(end.type, end.message).toBe('succeeded');
  if (end.report === undefined) throw new Error('a run that succeeded has a report');
  expect(end.report.remains).toEqual([]);
  expect((await stack.control.state()).hostedEngine).toMatchObject({ deployed: true, vm: { health: 'good' } });
  return end.report;
}

function states(report: Report): Record<string, string> {
  return Object.fromEntries(report.steps.map(({ id, state }) => [id, state]));
}

function step(report: Report, id: string) {
  return report.steps.find((candidate) => candidate.id === id);
}
