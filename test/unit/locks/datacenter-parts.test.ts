import { expect, test } from 'vitest';
import type { SiteView } from '../../../activities/run/site.ts';
import { HOSTED_ENGINE_LOCK } from '../../../runbooks/locks.ts';
import { datacenterParts, type Part } from '../../../workflows/procedures/datacenter-parts.ts';

const roles = ['hostedEngine', 'hostedEngine', 'host', 'host', 'hostedEngine'] as const;
const site = {
  engine: { dataCenter: 'Datacenter1', cluster: 'Cluster1' },
  hosts: roles.map((role, at) => ({ name: `host${at + 1}`, role, fenceable: false })),
  wished: { cluster: {}, networks: [], isos: [], vms: [], dataDomains: [] },
} as unknown as SiteView;

const locks = ({ runbook, input }: Part) => runbook.locks?.(input, site) ?? [];

test('ordinary hosts are added side by side, those that can run the engine VM one by one', () => {
  const adding = datacenterParts(site).find(([first]) => first?.title.startsWith('Add ')) ?? [];
  // None waits for the hosted engine in the place of an ordinary one.
  expect(adding.map(({ title }) => title)).toEqual([
    'Add host2 with the hosted engine',
    'Add host3',
    'Add host4',
    'Add host5 with the hosted engine',
  ]);
  const shared = adding.flatMap((one, at) =>
    adding.slice(at + 1).flatMap((other) => locks(one).filter((lock) => locks(other).includes(lock))),
  );
  expect(shared).toEqual([HOSTED_ENGINE_LOCK]);
});
