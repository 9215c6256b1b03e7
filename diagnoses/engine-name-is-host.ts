import type { Diagnosis } from './diagnosis.ts';

export const engineNameIsHost: Diagnosis = {
  id: 'engine-name-is-host',
  title: 'The name of the engine leads to the host',
  symptom: [
    /The he_fqdn proposed for the engine VM resolves on this host/,
    /Please input the hostname for the engine VM, not for this host/,
  ],
  cause: 'The name given for the engine resolves to an address of the host itself, in the DNS or in /etc/hosts.',
  fix: 'Give the engine VM an address of its own, correct the DNS and remove the name from /etc/hosts of the host.',
  source:
    'ovirt-ansible-hosted-engine-setup, tasks/pre_checks/002_validate_hostname_tasks.yml; ovirt-setup-lib, hostname.py',
};
