import type { Diagnosis } from './diagnosis.ts';

export const hostName: Diagnosis = {
  id: 'host-name',
  title: 'The name of the host does not lead to the management interface alone',
  symptom: [
    /The resolved address doesn't resolve on the selected interface/,
    /doesn't uniquely match the interface '[^']*' selected for the management bridge/,
    /The address proposed for this host does not resolves? locally/,
    /localhost is not a valid address/,
  ],
  cause:
    'hostname -f resolves to an address that is on another interface than the one for ovirtmgmt, on several, or on none of this host.',
  fix: 'Let the name of the host resolve, forward and reverse, to its address on the management interface only; look into /etc/hosts too.',
  source: 'ovirt-ansible-hosted-engine-setup, tasks/pre_checks/002_validate_hostname_tasks.yml',
};
