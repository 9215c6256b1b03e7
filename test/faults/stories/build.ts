import { changeInventory } from '../../support/change-inventory.ts';
import type { Stack } from '../../support/stack.ts';
import type { Story } from './story.ts';

const common = {
  runbook: 'buildDatacenter',
  // One child at a time: the points have an order then.
  input: { atATime: 1 },
  host: 'host1',
  placesEngineVm: true,
} as const;

/** The whole article, from bare hosts on. */
export const build: Story = {
  ...common,
  name: 'buildDatacenter',
  world: { preset: 'bare', hosts: 3 },
  targets: ['engine', 'host1', 'host2', 'host3'],
  once: {
    step: 'deploy-the-hosted-engine-on-host1/run-hosted-engine-deploy',
    seen: /^\S+ (\S*\/)?hosted-engine --deploy/,
  },
  rebootIsForPeople: true,
};

const domain = {
  once: {
    step: 'attach-the-storage-domain-data1/create-the-storage-domain-data1',
    seen: /^POST \/ovirt-engine\/api\/storagedomains\b(?!\/)/,
  },
  undone: [
    // As attachStorageDomain leaves it.
    { where: /^luns/, told: /LUN \w+ carries signature LVM2_member; before the run it carried nothing/ },
    // What the article installs on hosts, and the lab's did not have yet.
    { where: /^hosts\.host1\.(packages|repositories)\b/, told: /packages .* installed on host1/ },
    { where: /^hosts\.host2\.(packages|repositories)\b/, told: /packages .* installed on host2/ },
  ],
} as const;

/** Two hosts are there, with the engine; storage domain and network are missing. */
export const buildMissing: Story = {
  ...common,
  ...domain,
  name: 'buildDatacenter/missing',
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  prepare: (stack) => describeThere(stack),
};

/** The shortest: of a datacentre with one host only the storage domain is missing. */
export const buildDomain: Story = {
  ...common,
  ...domain,
  name: 'buildDatacenter/domain',
  world: { preset: 'deployed', hosts: 1 },
  targets: ['engine', 'host1'],
  prepare: (stack) => describeThere(stack, { networks: [] }),
};

/** What the lab has deployed, without fencing, images and VMs. */
async function describeThere({ lab }: Stack, more: { networks?: [] } = {}): Promise<void> {
  changeInventory(lab.inventory, (site) => {
    Object.assign(site.engine, { dataCenter: 'Datacenter1', cluster: 'Cluster1' });
    Object.assign(site, { isos: [], vms: [], ...more });
    site.hosts = site.hosts.map(({ bmc: _bmc, ...host }) => host);
  });
}
