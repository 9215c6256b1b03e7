import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineVm } from '../../connectors/engine/model/vm.ts';
import { changeInventory } from '../support/change-inventory.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import type { End } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { Cli } from './cli-command.ts';

const PLACE = { dataCenter: 'Datacenter1', cluster: 'Cluster1' };
const VM = { name: 'vm1', ...PLACE };
const BY = { standingApproval: { by: 'Ada' } };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), preset: 'deployed', hosts: 2 });
  wish({ watchdog: {}, highAvailability: { priority: 'medium', lease: 'data1' } });
});
afterAll(() => stack?.close());

/** Of the VM in the inventory. */
function wish(settings: object): void {
  changeInventory(stack.lab.inventory, (site) => {
    site.vms = [{ ...site.vms[0], ...settings }];
  });
}

async function run(runbook: string, input: object): Promise<End> {
  return (await stack.startWith(runbook, { ...input, ...BY })).end();
}

interface EngineState {
  readonly vms: Readonly<Record<string, { readonly status: string } | undefined>>;
  readonly disks: readonly unknown[];
}

/** The engine's database, as the lab tells it. */
async function engine(): Promise<EngineState> {
  return (await stack.control.state()).engine as EngineState;
}

/** What an operator has of the console: a file of their own, whose password is told nowhere else. */
async function consoleFile(): Promise<void> {
  const cli = new Cli(mkdtempSync(join(tmpdir(), 'console-')));
  const out = join(cli.home, 'vm1.vv');
  const ask = (...args: string[]) => cli.run(['console', ...args], { RUNBOOK_INVENTORY: stack.lab.inventory });
  expect(await ask('vm9', '--out', out)).toMatchObject({ code: 2, stderr: expect.stringContaining('no VM named vm9') });
  expect(await ask('vm1', '--out', out, '--protocol', 'spice')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('vm1 has no spice console: it has vnc'),
  });
  expect(await ask('vm1', '--out', stack.lab.inventory)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is no console file'),
  });
  expect(existsSync(out)).toBe(false);
  const { code, stdout, stderr } = await ask('vm1', '--out', out, '--json');
  expect(code, stderr).toBe(0);
  const text = readFileSync(out, 'utf8');
  const [, host, port, password = ''] = /^host=(.+)\nport=(\d+)[\s\S]*^password=(\w+)$/m.exec(text) ?? [];
  expect(JSON.parse(stdout)).toEqual({
    vm: 'vm1',
    protocol: 'vnc',
    file: out,
    host,
    port: Number(port),
    validSeconds: 120,
  });
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(password.length).toBeGreaterThan(8);
  expect(stdout + stderr).not.toContain(password);
  rmSync(cli.home, { recursive: true });
}

test('made from the inventory, started, installed by a person, moved there and back; rolled back; found again', async () => {
  const early = await run('createHaVm', VM);
  expect(early.type).toBe('failed');
  expect(early.message).toContain('the engine has no storage domain data1');
  expect(early.message).toContain('the engine has no network ovirtvm-vlan432 in data center Datacenter1');
  expect(early.message).toContain('Bring it about with uploadIso');
  const stranger = await run('createHaVm', { ...VM, name: 'vm9' });
  expect(stranger.message).toContain('name: the inventory has no VM vm9; vms has vm1. Did you mean "vm1"?');

  for (const [runbook, input] of [
    ['attachStorageDomain', { name: 'data1', dataCenter: 'Datacenter1' }],
    ['createLogicalNetwork', { name: 'ovirtvm-vlan432', ...PLACE }],
    ['uploadIso', { file: 'CentOS-7-x86_64-Minimal-1908.iso' }],
  ] as const) {
    const ready = await run(runbook, input);
    expect(ready.type, ready.message).toBe('succeeded');
  }

  const untouched = await stack.control.revision();
  const planned = await run('createHaVm', { ...VM, mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  const create = planned.report?.plan?.steps.find(({ title }) => title === 'Create the VM vm1');
  expect(create?.commands?.[0]).toContain('"high_availability":{"enabled":true,"priority":50}');
  expect(await stack.control.revision()).toBe(untouched);

  // Taken back where everything is there: the VM is off and gone, its disk with it.
  const first = await stack.startWith('createHaVm', VM);
  await first.waitingFor('approval');
  expect((await engine()).vms.vm1).toMatchObject({ status: 'up' });
  await first.handle.cancel();
  const cancelled = await first.end();
  expect(cancelled.type, cancelled.message).toBe('cancelled');
  const after = await engine();
  expect(after.vms.vm1).toBeUndefined();
  expect(JSON.stringify(after.disks)).not.toContain('vm1_Disk1');

  const since = await stack.control.now();
  const handle = await stack.startWith('createHaVm', VM);
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting?.title).toBe('Install the system of vm1');
  expect(waiting?.show?.Console).toContain('npx runbook console vm1 ');
  await consoleFile();
  await stack.control.event({ target: 'engine', action: 'vm-os-installed', vm: 'vm1', fqdn: 'vm1.example.com' });
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  const made = withoutIds(engineRequests(await stack.control.journal(since)));
  expect(made).toEqual([
    'POST /vms',
    'POST /vms/ID/diskattachments',
    'POST /vms/ID/nics',
    'PUT /vms/ID/cdroms/ID',
    'POST /vms/ID/watchdogs',
    'POST /vms/ID/start',
    'POST /vms/ID/graphicsconsoles/766e63/remoteviewerconnectionfile',
    'POST /vms/ID/migrate',
    'POST /vms/ID/migrate',
  ]);
  const agent = end.report?.steps.find(({ title }) => title === 'Wait for the guest agent of vm1');
  expect(agent?.evidence).toEqual(['the guest agent of vm1 reports vm1.example.com']);

  const settled = await stack.control.revision();
  const again = await run('createHaVm', VM);
  expect(again.type, again.message).toBe('succeeded');
  expect(again.report?.decisions).toEqual([]);
  expect(await stack.control.revision()).toBe(settled);
});

test('given other settings while it runs, it has to be restarted; rolled back, it has its former ones', async () => {
  const next = () =>
    asAdmin(stack.lab.inventory, async (engine) => {
      const vm = await engine.named('/vms', 'vm1', engineVm);
      const { os, memory, memory_policy } = await engine.get(`/vms/${vm?.id}`, engineVm, { next_run: 'true' });
      return { os: os?.type, memory, guaranteed: memory_policy?.guaranteed };
    });
  const former = await next();
  wish({ os: 'other_linux', memoryMiB: 512 });
  const since = await stack.control.now();
  const handle = await stack.startWith('createHaVm', { ...VM, ...BY });
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.title).toBe('"Verify vm1" failed');
  expect(waiting?.reason?.join()).toContain('Restart the VM, so that its settings count');
  expect(await next()).toEqual({ os: 'other_linux', memory: 512 * 2 ** 20, guaranteed: 512 * 2 ** 20 });
  await handle.decide({ step: waiting?.id, verb: 'rollback', by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('rolledBack');
  expect(end.report?.remains ?? []).toEqual([]);
  expect(await next()).toEqual(former);
  const sent = withoutIds(engineRequests(await stack.control.journal(since)));
  expect(sent).toEqual(['PUT /vms/ID', 'PUT /vms/ID']);
});
