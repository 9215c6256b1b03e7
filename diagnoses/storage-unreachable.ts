import type { Diagnosis } from './diagnosis.ts';

export const storageUnreachable: Diagnosis = {
  id: 'storage-unreachable',
  title: 'The host does not reach the storage of its data center',
  symptom: [/cannot access the Storage Domain\(s\) .* attached to the Data Center/],
  cause: 'A LUN of an active storage domain is not presented to the host, or all its paths to it are down.',
  fix: 'Present the LUN to the host and look at multipath -ll there, then retry: the host is activated again, not installed anew.',
  source: 'ovirt-engine, AuditLogType 522 VDS_SET_NONOPERATIONAL_DOMAIN',
};
