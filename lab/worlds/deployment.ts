import { copyDefect } from '../ovirt/deploy/image.ts';
import { unforeseen } from '../ovirt/deploy/unforeseen.ts';
import { restartEngineService } from '../ovirt/engine-vm.ts';
import { anyStorage } from '../ovirt/storage.ts';
import type { World } from '../types.ts';
import { hostOf, hostsOf } from './target.ts';

const ROLE = 'ovirt-ansible-hosted-engine-setup';
const FILTERS = 'python-netaddr';

export const deploymentWorlds: Readonly<Record<string, World>> = {
  /** The engine on the shared storage cannot start: the one that is there, else the next that is deployed. */
  'bad-final-health': (lab) => {
    const image = anyStorage(lab)?.image;
    if (!image) {
      copyDefect.arm(lab);
      return;
    }
    image.defect = 'the database of the engine does not start';
    for (const host of lab.hosts.values()) restartEngineService(host);
  },
  /** A newer build of the role no longer brings the library that its address filters need. */
  'package-drift': (lab, target) => {
    for (const mirror of lab.mirrors.values()) {
      mirror.packages.forEach((offer, index) => {
        if (offer.name !== ROLE) return;
        const requires = (offer.requires ?? []).filter((name) => name !== FILTERS);
        mirror.packages[index] = { ...offer, release: '2.el7', requires };
      });
    }
    for (const host of hostsOf(lab, target)) if (host.packages.has(FILTERS)) host.packages.erase(FILTERS);
  },
  /** Something nobody has a name for stops one task of the next deployment, once. */
  'deploy-unknown': (lab, target) => unforeseen.arm(hostOf(lab, target)),
};
