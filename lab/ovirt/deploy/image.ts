import type { EngineImage } from '../storage.ts';
import type { Deployment } from './deployment.ts';

const DEFECT = 'engine-image-defect';

/** The next engine disk that is copied cannot start its engine: the copy went wrong in a way that nothing noticed. */
export const copyDefect = {
  arm: (lab: { kept: Map<string, unknown> }): void => {
    lab.kept.set(DEFECT, true);
  },
};

/** The engine as the deployment has set it up, ready to boot from the shared storage. */
export function engineImage(d: Deployment): EngineImage {
  const cidr = d.text('VM/cloudinitVMStaticCIDR');
  const [address, prefix] = cidr.split('/');
  // Without a static address the lab's DHCP has a reservation for the engine.
  const own = address || d.lab.engineAddress;
  const defective = d.lab.kept.delete(DEFECT);
  return {
    fqdn: d.fqdn,
    address: own,
    prefix: Number(prefix ?? 24),
    version: '4.3.7.2-1.el7',
    memoryMb: d.number('VM/vmMemSizeMB'),
    cpus: d.number('VM/vmVCpus'),
    adminPassword: d.text('ENGINE/adminPassword'),
    rootPassword: d.text('VM/cloudinitRootPwd'),
    dataCenter: d.text('ENGINE/datacenterName'),
    cluster: d.text('ENGINE/clusterName'),
    hosts: new Map([
      [d.text('ENGINE/appHostName') || d.hostAddress, { address: d.hostAddress, spmId: d.spmId, hostedEngine: true }],
    ]),
    ...(defective ? { defect: 'the database of the copied disk does not start' } : {}),
  };
}
