import { expect, test } from 'vitest';
import type { HaHost } from '../../../activities/hosted-engine/ha/read-host.ts';
import { removeOvirtPackages } from '../../../activities/hosted-engine/removal/remove-packages.ts';
import { surveyRemoval } from '../../../activities/hosted-engine/removal/survey.ts';
import { away, block, context, host1, host2 } from './ha-hosts.ts';

const survey = (hosts: readonly HaHost[], host: string, engineToo?: boolean) =>
  surveyRemoval.decide({ hosts, managed: 'the engine does not answer' }, { host, engineToo }, context);
const words = (decision: { findings?: readonly { what: string }[] }) => decision.findings?.map(({ what }) => what);

test('a standby host may be cleaned up while another one is fit', () => {
  expect(survey([host1(), host2()], 'host2')).toMatchObject({
    state: 'already',
    output: { deployed: true, takesEngine: false, runsOn: 'host1', fitElsewhere: ['host1'], hostId: 2 },
  });
});

test('the host of the engine VM is refused; told, it takes the engine with it', () => {
  expect(words(survey([host1(), host2()], 'host1'))).toEqual(['host1 runs the engine VM, which the cleanup would end']);
  expect(survey([host1(), host2()], 'host1', true).output).toMatchObject({ takesEngine: true });
});

test('the last host that could run the engine VM is refused, with why the others cannot', () => {
  const status = [away(1, { score: 0, state: 'LocalMaintenance', localMaintenance: true }), away(2)];
  const hosts = [host1({ status, domain: 'absent', localMaintenance: true }), host2({ status })];
  expect(words(survey(hosts, 'host2'))).toEqual([
    'host2 is the last host that could run the engine VM: host1 is in local maintenance',
  ]);
  expect(survey(hosts, 'host2', true).output).toMatchObject({ takesEngine: true, fitElsewhere: [] });
});

test('libvirt that does not answer is no proof that the engine VM is elsewhere', () => {
  const status = [block(1), away(2)];
  expect(words(survey([host1({ status }), host2({ status, domain: 'unknown' })], 'host2'))).toEqual([
    'libvirt on host2 does not tell whether it runs the engine VM',
  ]);
});

test('a host without a hosted engine is not the last one', () => {
  expect(survey([host1(), host2({ conf: {} })], 'host2')).toMatchObject({
    state: 'already',
    output: { deployed: false, takesEngine: false },
  });
});

test('packages are removed by the quoted patterns of the article, and only where there are any', () => {
  expect(removeOvirtPackages.decide([], { host: 'host2' }, context).state).toBe('already');
  expect(removeOvirtPackages.decide(['libvirt'], { host: 'host2' }, context)).toMatchObject({
    state: 'wouldDo',
    changes: [{ argv: ['yum', '-y', 'autoremove', 'ovirt*', 'qemu*', 'virt*', 'libvirt*', 'libguestfs*'] }],
  });
});
