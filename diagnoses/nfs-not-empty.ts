import type { Diagnosis } from './diagnosis.ts';

export const nfsNotEmpty: Diagnosis = {
  id: 'nfs-not-empty',
  title: 'The NFS export carries a storage domain',
  symptom: [/The selected storage path is not empty/],
  cause:
    'A directory with a dom_md lies in the export: a storage domain, or what is left of one. The engine makes none beside it.',
  fix: 'Take another export, import the domain that lies there, or, when nobody needs it, remove its directory on the server; then retry.',
  source: 'ovirt-engine, VdsmErrors.properties; vdsm, nfsSD.py (StorageDomainNotEmpty)',
};
