import { expect, test } from 'vitest';
import { parseLockspaces } from '../../../activities/host/parse/sanlock.ts';
import { parseRunningVms } from '../../../activities/host/parse/virsh.ts';
import { rebootHost } from '../../../activities/host/reboot.ts';
import { endGlobalMaintenance, setGlobalMaintenance } from '../../../activities/hosted-engine/ha/global-maintenance.ts';
import type { HaHost } from '../../../activities/hosted-engine/ha/read-host.ts';
import { shutDownEngineVm } from '../../../activities/hosted-engine/ha/shut-down-engine-vm.ts';
import { confirmEngineDown } from '../../../activities/hosted-engine/reboot/confirm-down.ts';
import { confirmHostFree } from '../../../activities/hosted-engine/reboot/confirm-free.ts';
import { confirmHaHost } from '../../../activities/hosted-engine/reboot/confirm-host.ts';
import { surveyReboot } from '../../../activities/hosted-engine/reboot/survey.ts';
import { away, block, context, host1, host2 } from './ha-hosts.ts';

const HOST = { host: 'host1' };
const GLOBAL = 'GlobalMaintenance';
const SET = [{ argv: ['hosted-engine', '--set-maintenance', '--mode=global'] }];
const END = [{ argv: ['hosted-engine', '--set-maintenance', '--mode=none'] }];
const words = (decision: { findings?: readonly { what: string }[] }) => decision.findings?.map(({ what }) => what);

/** Both hosts as they see each other in global maintenance. */
function maintained(first = block(1), second = away(2), more: { domain?: 'running' | 'absent' } = {}): HaHost[] {
  const status = [
    { ...first, state: GLOBAL },
    { ...second, state: GLOBAL },
  ];
  return [host1({ status, globalMaintenance: true, ...more }), host2({ status, globalMaintenance: true })];
}

test('sanlock client status: lockspaces that are joined, by name and host id', () => {
  const text = [
    'daemon faaa1a83-5ca3-490d-b150-84f61910d4f8.node1',
    'p -1 helper',
    'p -1 listener',
    'p 29563 HostedEngine',
    'p -1 status',
    's 32e6bfba-3370-4ecd-984b-cb23b1b4725b:1:/rhev/data-center/mnt/node1\\:_data/32e6bfba/dom_md/ids:0',
    's e4edaa36-434e-4251-8c63-2d4e86a538cc:1:/dev/e4edaa36-434e-4251-8c63-2d4e86a538cc/ids:0 ADD',
    's hosted-engine:1:/var/run/vdsm/storage/32e6bfba/061bcdbf/6284a79b:0',
    'r 32e6bfba-3370-4ecd-984b-cb23b1b4725b:fa7b73dc:/rhev/fa7b73dc.lease:0:77 p 29563',
    '',
  ].join('\n');
  expect(parseLockspaces(text)).toEqual([
    { name: '32e6bfba-3370-4ecd-984b-cb23b1b4725b', hostId: 1 },
    { name: 'hosted-engine', hostId: 1 },
  ]);
  expect(parseLockspaces('')).toEqual([]);
});

test('virsh -r list: what has an id runs', () => {
  const text =
    ' Id    Name                           State\n----------------------------------------------------\n 1     HostedEngine                   running\n 12    web-1                          paused\n -     old                            shut off\n\n';
  expect(parseRunningVms(text)).toEqual(['HostedEngine', 'web-1']);
});

test('trap 3: the written flag is not enough, every agent has to have followed', () => {
  const off = [host1(), host2()];
  expect(setGlobalMaintenance.decide(off, { ...HOST, endFrom: 'host2' }, context)).toMatchObject({
    state: 'wouldDo',
    changes: SET,
    undo: { call: { operation: 'endGlobalMaintenance', params: { host: 'host2' } } },
  });
  const status = [block(1, { state: GLOBAL }), away(2)];
  const late = [host1({ status, globalMaintenance: true }), host2({ status, globalMaintenance: true })];
  expect(words(setGlobalMaintenance.decide(late, HOST, context))).toEqual([
    'global maintenance is set, but not every HA agent has followed: host2.test.local is in state EngineDown',
  ]);
  expect(setGlobalMaintenance.decide(maintained(), HOST, context)).toMatchObject({
    state: 'already',
    evidence: ['global maintenance is set', 'host1 reads the flag as set', 'host2 reads the flag as set'],
  });
  expect(endGlobalMaintenance.decide(maintained(), HOST, context)).toMatchObject({ state: 'wouldDo', changes: END });
  expect(endGlobalMaintenance.decide(off, HOST, context)).toMatchObject({ state: 'already', changes: END });
});

test('trap 1: neither mode is used on a host whose local maintenance it would end', () => {
  const local = [host1({ localMaintenance: true }), host2()];
  const finding = 'host1 is in local maintenance, which hosted-engine --set-maintenance would end with it';
  expect(words(setGlobalMaintenance.decide(local, HOST, context))).toEqual([finding]);
  const set = [host1({ localMaintenance: true, globalMaintenance: true }), host2({ globalMaintenance: true })];
  expect(words(endGlobalMaintenance.decide(set, HOST, context))).toEqual([finding]);
  expect(endGlobalMaintenance.decide(set, { host: 'host2' }, context).state).toBe('wouldDo');
});

test('trap 9: where no host has an answer, nothing is concluded about maintenance', () => {
  const silent = [host1({ status: null }), host2({ status: null })];
  expect(words(endGlobalMaintenance.decide(silent, HOST, context))).toEqual([
    'no host can tell whether global maintenance is set, or they contradict each other',
  ]);
});

test('trap 13: the engine VM is shut down under global maintenance only', () => {
  expect(words(shutDownEngineVm.decide([host1(), host2()], HOST, context))).toEqual([
    'global maintenance is not set, so HA would start the engine VM elsewhere',
  ]);
  expect(shutDownEngineVm.decide(maintained(), HOST, context)).toMatchObject({
    state: 'wouldDo',
    changes: [{ argv: ['hosted-engine', '--vm-shutdown'] }],
    undo: { call: { operation: 'startEngineVm', params: { host: 'host1' } } },
  });
});

test('trap 12: a silent, asynchronous shutdown is over when libvirt and HA say so', () => {
  const powering = maintained(block(1, { detail: 'Powering down' }));
  expect(shutDownEngineVm.decide(powering, HOST, context)).toMatchObject({ state: 'underWay', changes: [] });
  const lagging = maintained(block(1), away(2), { domain: 'absent' });
  expect(shutDownEngineVm.decide(lagging, HOST, context)).toMatchObject({ state: 'underWay', changes: [] });
  const gone = maintained(away(1), away(2), { domain: 'absent' });
  expect(shutDownEngineVm.decide(gone, HOST, context)).toMatchObject({ state: 'already' });
});

test('an engine VM that somebody has moved meanwhile is not looked for elsewhere', () => {
  const status = [away(1, { state: GLOBAL }), block(2, { state: GLOBAL })];
  const moved = [
    host1({ status, globalMaintenance: true, domain: 'absent' }),
    host2({ status, globalMaintenance: true, domain: 'running' }),
  ];
  expect(words(shutDownEngineVm.decide(moved, HOST, context))).toEqual([
    'the engine VM is not on host1 any more, but on host2: somebody has moved it',
  ]);
  expect(words(confirmEngineDown.decide(moved, HOST, context))).toEqual([
    'host2 runs the engine VM again: somebody has started it',
  ]);
});

test('a reboot is proven by the boot id alone, and a changed one is never ended again', () => {
  const given = { ...HOST, bootId: 'b1', guests: ['web-1'] };
  expect(rebootHost.decide({ bootId: 'b1', system: 'running', guests: ['web-1'] }, given, context)).toMatchObject({
    state: 'wouldDo',
    changes: [{ argv: ['systemd-run', '--on-active=2', 'systemctl', 'reboot'] }],
  });
  expect(words(rebootHost.decide({ bootId: 'b1', system: 'running', guests: ['db-1'] }, given, context))).toEqual([
    'db-1 runs on host1 and would go down with it',
  ]);
  expect(rebootHost.decide({ bootId: 'b2', system: 'degraded', guests: ['db-1'] }, given, context).state).toBe(
    'already',
  );
  expect(words(rebootHost.decide({ bootId: 'b2', system: 'starting' }, given, context))).toEqual([
    'host1 is booting: systemd says starting',
  ]);
  expect(rebootHost.decide({ bootId: 'b2', system: 'running' }, { ...HOST, bootId: '' }, context).state).toBe(
    'refused',
  );
});

test('trap 30: a score of 3000 is sound after the reboot, an absent agent is not', () => {
  const good = [block(1, { score: 3000 }), away(2)];
  const sound = [host1({ status: good }), host2({ status: good })];
  expect(confirmHaHost.decide(sound, HOST, context).state).toBe('already');
  const begun = [block(1, { score: 0, state: 'ReinitializeFSM' }), away(2)];
  expect(words(confirmHaHost.decide([host1({ status: begun }), host2({ status: begun })], HOST, context))).toEqual([
    'host1.test.local runs a healthy engine VM, but is in state ReinitializeFSM',
    'host1 has a score of 0 (state ReinitializeFSM); at least 3000 is sound',
  ]);
  const stale = [block(1, { live: false }), away(2)];
  expect(words(confirmHaHost.decide([host1(), host2({ status: stale })], HOST, context))).toEqual([
    'host2 does not see the agent of host1 yet',
  ]);
});

test('the survey: which ways are open', () => {
  const managed = {
    id: 'h1',
    name: 'host1',
    address: 'host1.test.local',
    status: 'up',
    spm: { status: 'spm' },
    power_management: { enabled: true },
    vms: [],
  };
  const vm = (name: string, origin = 'ovirt') => ({ id: name, name, origin, status: 'up' });
  const busy = { ...managed, cluster: { id: 'c' }, vms: [vm('web'), vm('HostedEngine', 'managed_hosted_engine')] };
  const peer = { ...busy, id: 'h2', name: 'host2', vms: [] };
  const others = [peer, { ...peer, id: 'h3', status: 'maintenance' }, { ...peer, id: 'h4', cluster: { id: 'other' } }];
  const withGuests = [host1({ guests: ['web', 'old'] }), host2()];
  expect(
    surveyReboot.decide({ all: [busy, ...others], hosts: withGuests, managed: busy }, { ...HOST, way: 'stop' }, context)
      .output,
  ).toMatchObject({ vms: [{ id: 'web', name: 'web' }], takers: ['host2'], guests: ['old'] });
  const survey = (hosts: HaHost[], way: 'auto' | 'move' | 'stop' = 'auto', engine: typeof managed | string = managed) =>
    surveyReboot.decide({ all: [], hosts, managed: engine }, { ...HOST, way }, context);
  expect(survey([host1(), host2()]).output).toMatchObject({
    way: 'offer',
    runsOn: 'host1',
    fitElsewhere: ['host2'],
    spm: true,
    fencing: true,
  });
  expect(survey([host1(), host2()], 'auto', 'the engine does not answer: x').output).toMatchObject({ way: 'stop' });
  const status = [block(1), away(2, { score: 0, state: 'LocalMaintenance', localMaintenance: true })];
  const alone = [host1({ status }), host2({ status, localMaintenance: true })];
  expect(survey(alone).output).toMatchObject({
    way: 'stop',
    fitElsewhere: [],
    unfit: ['host2 is in local maintenance'],
  });
  expect(words(survey(alone, 'move'))).toEqual([
    'the engine VM cannot be moved from host1: host2 is in local maintenance',
  ]);
  const elsewhere = [away(1), block(2)];
  const other = [host1({ status: elsewhere, domain: 'absent' }), host2({ status: elsewhere, domain: 'running' })];
  expect(survey(other).output).toMatchObject({ way: 'move', runsOn: 'host2' });
  expect(words(survey(other, 'stop'))).toEqual(['host2 runs the engine VM, so there is nothing to stop on host1']);
  expect(words(survey(other, 'auto', 'the engine does not answer: x'))).toEqual([
    'the engine cannot take host1 out of service: the engine does not answer: x',
  ]);
  expect(survey(maintained()).output).toMatchObject({ maintenance: 'since when no log tells' });
  const nowhere = [host1({ status: [away(1), away(2)], domain: 'absent' }), host2({ status: [away(1), away(2)] })];
  expect(words(survey(nowhere))).toEqual(['no host runs the engine VM, and HA is about to start it']);
});

test('nothing is suspended while a VM is left that may not go down with the host', () => {
  const free = (guests: string[], domain: 'running' | 'unknown' = 'running') => {
    const { sight } = host1({ guests, domain });
    if (sight === undefined) throw new Error('host1 was not asked');
    return confirmHostFree.decide(sight, { ...HOST, guests: ['old'] }, context);
  };
  expect(free(['old']).state).toBe('already');
  expect(words(free(['old', 'web']))).toEqual(['web still runs on host1']);
  expect(words(free([], 'unknown'))).toEqual(['libvirt on host1 does not tell what runs on it']);
});
