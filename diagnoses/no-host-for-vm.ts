import type { Diagnosis } from './diagnosis.ts';

export const noHostForVm: Diagnosis = {
  id: 'no-host-for-vm',
  title: 'No other host can take the VM',
  symptom: [
    /Cannot migrate VM\. There is no host that satisfies current scheduling constraints/,
    /There are no hosts to use\. Check that the cluster contains at least one host in Up state/,
    /Cannot migrate VM\. VM is pinned to Host/,
    /VM is non migratable and user did not specify the force-migration flag/,
  ],
  cause: 'The VM is pinned to its host, or no other host of its cluster has the memory, CPU or networks for it.',
  fix: 'Make room for it on another host, or shut it down for the time.',
  fixBy: 'shut-down-vm',
  source: 'ovirt-engine, AppErrors: SCHEDULING_NO_HOSTS, ACTION_TYPE_FAILED_VM_IS_PINNED_TO_HOST',
};
