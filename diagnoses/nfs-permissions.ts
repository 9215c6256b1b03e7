import type { Diagnosis } from './diagnosis.ts';

export const nfsPermissions: Diagnosis = {
  id: 'nfs-permissions',
  title: 'vdsm may not work in the NFS export',
  symptom: [/Permission settings on the specified path do not allow access to the storage/],
  cause: 'The exported directory does not belong to vdsm and kvm (36:36), or the server maps them to somebody else.',
  fix: 'On the server: chown 36:36 and chmod 0755 on the exported directory; with all_squash, also anonuid=36,anongid=36 in /etc/exports and exportfs -ra; then retry.',
  source: 'vdsm, exception.py 469 StorageServerAccessPermissionError; ovirt-engine, VdsmErrors.properties',
};
