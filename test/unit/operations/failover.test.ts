import { describe, expect, it } from 'vitest';
import { bringHostBack, fenceHost, surveyFailover } from '../../../activities/failover/index.ts';
import { downFor } from '../../../activities/failover/see-restart.ts';
import type { OperationContext } from '../../../activities/operation.ts';
import { checkFailover } from '../../../runbooks/check-failover.ts';

const context = {} as OperationContext;
const GIB = 2 ** 30;
const cluster = { id: 'c' };

const vm = (extra: object = {}) => ({
  id: 'v',
  name: 'vm1',
  status: 'up',
  host: { id: '2' },
  cluster,
  memory: 4 * GIB,
  high_availability: { enabled: true, priority: 50 },
  lease: { storage_domain: { id: 's' } },
  ...extra,
});
const host = (id: string, extra: object = {}) => ({
  id,
  name: `host${id}`,
  inventoryName: `host${id}`,
  address: 'a',
  status: 'up',
  cluster,
  vms: [],
  max_scheduling_memory: 100 * GIB,
  power: { power: 'on' },
  ...extra,
});

describe('surveyFailover', () => {
  const decide = (vms: object[], hosts: object[], params: object = {}) =>
    surveyFailover.decide(
      { vms, hosts, ha: [], luns: [] } as never,
      { vm: 'vm1', engineVm: false, ...params },
      context,
    );
  const said = (...args: Parameters<typeof decide>) => (decide(...args).findings ?? []).map(({ what }) => what);

  it('finds all in order, and says where the VM is and could be', () => {
    const { state, output, evidence } = decide([vm()], [host('1'), host('2')]);
    expect([state, output]).toEqual(['already', { vm: { host: 'host2', others: ['host1'] } }]);
    expect(evidence).toEqual([
      'VM vm1 is up on host2, highly available with priority 50, with a lease',
      'VM vm1 could be restarted on host1',
      'the power of host2 is on, says its controller through another host',
    ]);
  });

  it.each([
    [vm({ high_availability: {} }), [], ['VM vm1 is not highly available: nobody restarts it when its host fails']],
    [vm({ status: 'down', host: undefined }), [], ['VM vm1 is down: only one that is up can prove anything']],
    [
      vm(),
      [host('1', { status: 'maintenance' })],
      ['no other host of its cluster is up: VM vm1 could not be restarted'],
    ],
    [
      vm(),
      [host('1', { max_scheduling_memory: GIB })],
      ['no other host has the 4.0 GiB of memory that VM vm1 needs: host1 has 1.0 GiB'],
    ],
  ])('names what keeps the VM from being restarted: %#', (found, others, findings) => {
    expect(said([found], [...others, host('2')])).toEqual(findings);
  });

  it.each([
    [{ power: undefined }, 'host2 cannot be fenced: its power management is off'],
    [
      { power: { fault: '2020-01-17 11:40:43,123 ERROR: Unable to connect/login to fencing device\n' } },
      'host2 could not be fenced now: Unable to connect/login to fencing device',
    ],
  ])('counts on fencing only where it was answered: %j', (power, what) => {
    expect(said([vm()], [host('1'), host('2', power)])).toEqual([what]);
  });

  it('lets no outage leave anything down, nor come on top of another', () => {
    const engine = vm({ id: 'e', name: 'HostedEngine', origin: 'managed_hosted_engine', high_availability: {} });
    const cut = { cut: 'vm' };
    expect(said([vm(), engine], [host('1'), host('2')], cut)).toEqual([
      'host2 runs the engine VM too: the engine would switch itself off, and nobody would switch host2 on again',
    ]);
    const plain = vm({ id: 'p', name: 'vm2', high_availability: {} });
    expect(said([vm(), plain], [host('1'), host('2')], cut)).toEqual([
      'VM vm2 runs on host2 and is not highly available: it would stay down',
    ]);
    const twin = vm({ id: 't', name: 'vm2' });
    expect(said([vm(), twin], [host('1', { max_scheduling_memory: 6 * GIB }), host('2')], cut)).toEqual([
      'the other hosts do not have room for all that runs on host2: VM vm2 needs 4.0 GiB',
    ]);
    expect(said([vm()], [host('1'), host('2'), host('3', { status: 'non_responsive' })], cut)).toEqual([
      'host3 is non_responsive: while one host is in trouble no other is switched off',
    ]);
    expect(said([vm()], [host('1'), host('2')], { ...cut, host: 'host1' })).toEqual([
      'the VM runs on host2 now, not on host1, whose outage was agreed to',
    ]);
  });
});

const trace = (...codes: number[]) => ({
  begun: codes.length > 0,
  events: codes.map((code, index) => ({ index, code, severity: 'normal' as const, description: `event ${code}` })),
});
const facts = (seen: object, more: object = {}) => ({ seen: host('2', seen), trace: trace(), bootId: 'a', ...more });

describe('fenceHost', () => {
  const decide = (found: object) =>
    fenceHost.decide(found as never, { host: 'host2', bootId: 'a', vm: 'vm1' }, context);

  it('cuts the power of a host that is up once, and takes it back by bringing the host back', () => {
    const { state, changes, undo } = decide(facts({}));
    expect([state, changes]).toEqual([
      'wouldDo',
      [{ request: 'POST', path: '/hosts/2/fence', body: { fence_type: 'restart' } }],
    ]);
    expect(undo?.call).toEqual({ operation: 'bringHostBack', params: { host: 'host2', vm: 'vm1' } });
    expect(decide(facts({}, { trace: trace(9017) })).state).toBe('underWay');
  });

  it('is done only when another boot is up in the engine', () => {
    expect(decide(facts({ status: 'reboot' }, { bootId: 'b' })).state).toBe('underWay');
    expect(decide(facts({}, { bootId: 'b' })).state).toBe('already');
  });

  it('never cuts the power of the engine, nor of a host that is down already', () => {
    const engine = [{ id: 'e', name: 'HostedEngine', status: 'up', origin: 'managed_hosted_engine' }];
    expect(decide(facts({ vms: engine })).findings?.[0]?.what).toBe(
      'host2 runs the engine VM: the engine would switch itself off',
    );
    expect(decide(facts({ status: 'non_responsive' }, { bootId: undefined })).state).toBe('refused');
  });
});

describe('bringHostBack', () => {
  const decide = (found: object) => bringHostBack.decide(found as never, { host: 'host2', vm: 'vm1' }, context);

  it('switches on what is off, and waits for what boots', () => {
    const off = facts({ status: 'non_responsive' }, { bootId: undefined, power: { power: 'off' } });
    expect(decide(off).changes).toEqual([{ request: 'POST', path: '/hosts/2/fence', body: { fence_type: 'start' } }]);
    expect(decide({ ...off, power: { power: 'on' } }).state).toBe('underWay');
    expect(decide(facts({ status: 'maintenance' })).state).toBe('already');
  });

  it('tells where the VM is that was on it', () => {
    expect(decide(facts({}, { vmAt: 'host2' })).leaves).toBeUndefined();
    expect(decide(facts({}, { vmAt: 'host1' })).leaves).toEqual({
      what: 'VM vm1 runs on host1; before the outage it ran on host2',
      byHand: 'migrate vm1 to host2',
    });
  });
});

it('tells by the clock of the engine alone how long a VM was down', () => {
  const at = (code: number, time: string) => ({ code, time: `2020-01-17T10:00:${time}.000Z` });
  expect(downFor([at(143, '05'), at(506, '06'), at(32, '47')])).toBe(42);
  expect(downFor([at(32, '47')])).toBeUndefined();
});

it('takes no outage without the VM whose host it is', () => {
  expect(checkFailover.input.safeParse({ destructive: ['vm'] }).success).toBe(false);
  expect(checkFailover.input.safeParse({ destructive: ['everything'], vm: 'vm1' }).success).toBe(false);
  expect(checkFailover.input.safeParse({ destructive: ['vm'], vm: 'vm1' }).success).toBe(true);
});
