import { expect, test } from 'vitest';
import { butForHaVms, differences } from './outcome.ts';

const ha = { status: 'up', highlyAvailable: true };
const plain = { status: 'up', highlyAvailable: false };

/** Two VMs on two hosts, as the lab's state shows them. */
function datacentre(host1: readonly string[], host2: readonly string[], vms: { ha?: string; plain?: string }) {
  const host = (names: readonly string[]) => ({ domains: names.map((name) => ({ name, state: 'running' })) });
  return {
    hosts: { host1: host(host1), host2: host(host2) },
    engine: { vms: { ha: { ...ha, host: vms.ha }, plain: { ...plain, host: vms.plain } } },
  };
}

const before = datacentre([], ['ha', 'plain'], { ha: 'host2.test.local', plain: 'host2.test.local' });
const compared = (found: object) => differences(butForHaVms(before), butForHaVms(found));

test('a highly available VM may run on another host, once, and where the engine says that it does', () => {
  const at1 = 'host1.test.local';
  const at2 = 'host2.test.local';
  expect(compared(datacentre(['ha'], ['plain'], { ha: at1, plain: at2 }))).toEqual([]);
  expect(compared(datacentre(['ha'], ['plain'], { ha: at2, plain: at2 }))).toEqual([
    'engine.vms.ha.host: "host2.test.local" instead of "where it runs"',
  ]);
  expect(compared(datacentre(['ha'], ['ha', 'plain'], { ha: at1, plain: at2 }))).toHaveLength(1);
  expect(compared(datacentre([], ['plain'], { plain: at2 }))).toHaveLength(2);
});

test('any other VM has to run where it ran', () => {
  const moved = datacentre(['plain'], ['ha'], { ha: 'host2.test.local', plain: 'host1.test.local' });
  expect(compared(moved).map((line) => line.replace(/:.*/, ''))).toEqual([
    'hosts.host1.domains',
    'hosts.host2.domains',
    'engine.vms.plain.host',
  ]);
});
