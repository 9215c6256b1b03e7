import type { Diagnosis } from './diagnosis.ts';

export const missingNetworks: Diagnosis = {
  id: 'missing-networks',
  title: 'The host lacks networks that the cluster requires',
  symptom: [/does not comply with the cluster \S* ?networks, the following networks are missing on host: /],
  cause:
    'A logical network of the cluster is marked as required, which is the default, and no interface of the host carries it.',
  fix: 'Attach the named networks to the host in the engine (Setup Host Networks), or make them not required in the cluster, then retry: the host is activated again, not installed anew.',
  source: 'ovirt-engine, AuditLogType 519 VDS_SET_NONOPERATIONAL_NETWORK; oVirt.infra role, roles/hosts',
};
