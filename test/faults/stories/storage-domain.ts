import { changeInventory } from '../../support/change-inventory.ts';
import type { Stack } from '../../support/stack.ts';
import type { Story } from './story.ts';

const common = {
  runbook: 'attachStorageDomain',
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  beyond: /^a backup of the engine with its secrets in the engine VM/,
} as const;

const seen = /^POST \/ovirt-engine\/api\/storagedomains\b(?!\/)/;

/** On a LUN that nobody has used. */
export const storageDomain: Story = {
  ...common,
  name: 'attachStorageDomain',
  input: { name: 'data1', dataCenter: 'Datacenter1' },
  once: { step: 'create-the-storage-domain-data1', seen },
  // The engine leaves the label of the physical volume.
  undone: [{ where: /^luns/, told: /LUN \w+ carries signature LVM2_member; before the run it carried nothing/ }],
};

/** On an empty export of a file server. */
export const nfsDomain: Story = {
  ...common,
  name: 'attachStorageDomain/nfs',
  input: { name: 'nfs1', dataCenter: 'Datacenter1' },
  prepare: describe({ name: 'nfs1', type: 'nfs', address: 'nas.test.local', path: '/exports/data' }),
  once: { step: 'create-the-storage-domain-nfs1', seen },
  // The engine leaves the files of a domain that it removes without formatting it.
  undone: [{ where: /^nfs\b/, told: /NFS export \S+ carries the files of \S+ \(nfs1\)/ }],
};

/** On a LUN of a target that no host has logged in to, behind CHAP. */
export const iscsiDomain: Story = {
  ...common,
  name: 'attachStorageDomain/iscsi',
  input: { name: 'iscsi1', dataCenter: 'Datacenter1' },
  prepare: describe({
    name: 'iscsi1',
    type: 'iscsi',
    address: '172.20.32.7',
    target: 'iqn.2019-11.local.test:secure',
    lun: '36001405e7b95d2c4a1f4c0d8b3e6a917',
    chap: { user: 'ovirt', password: { file: 'secrets/iscsi-password' } },
  }),
  once: { step: 'create-the-storage-domain-iscsi1', seen },
  // No host sees the LUN any more; what it carries is not in the lab's state.
  beyond: /^a backup of the engine with its secrets|^LUN \w+ was taken from the hosts with its domain: it may carry/,
  undone: [],
};

/** Wishes for the domain, beside those of the lab. */
function describe(domain: object): (stack: Stack) => Promise<void> {
  return async ({ lab }) => {
    changeInventory(lab.inventory, ({ storage }) => {
      storage.dataDomains = [...storage.dataDomains, domain];
    });
  };
}
