import type { Diagnosis } from './diagnosis.ts';

export const firewalld: Diagnosis = {
  id: 'firewalld',
  title: 'firewalld is not running',
  symptom: [
    /firewalld is required to be enabled and active in order to correctly deploy hosted-engine/,
    /firewalld\.service is masked or not running/,
  ],
  cause: 'The deployment opens its ports through firewalld and refuses to begin while firewalld is masked or stopped.',
  fix: 'Stop and disable the other firewall, then enable and start firewalld.',
  fixBy: 'firewalld',
  source:
    'article, section 3; ovirt-ansible-hosted-engine-setup, tasks/pre_checks/validate_firewalld.yml; bugzilla 1608467',
};
