import type { Diagnosis } from './diagnosis.ts';

export const engineName: Diagnosis = {
  id: 'engine-name',
  title: 'The name of the engine or of the host does not resolve',
  symptom: [/"msg": "Unable to resolve address/, /\S+ did not resolve into an IP address/],
  cause: 'The host asks its DNS for the name of the engine or its own name and gets no address.',
  fix: 'Add forward and reverse records for engine and host to the DNS that the host asks; check with getent ahostsv4 NAME on the host.',
  source:
    'ovirt-ansible-hosted-engine-setup, tasks/pre_checks/002_validate_hostname_tasks.yml; ovirt-setup-lib, hostname.py',
};
