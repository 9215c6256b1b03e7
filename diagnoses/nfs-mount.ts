import type { Diagnosis } from './diagnosis.ts';

export const nfsMount: Diagnosis = {
  id: 'nfs-mount',
  title: 'The host cannot mount the NFS export',
  symptom: [/Problem while trying to mount target/],
  cause:
    'The server does not answer on port 2049, does not export this path to the host, or does not speak the version of NFS that was asked for.',
  fix: 'On the host: showmount -e SERVER, and mount the export by hand; mend /etc/exports (exportfs -ra) or the firewall of the server, then retry.',
  source: 'vdsm, exception.py 477 ProblemWhileTryingToMountTarget; ovirt-engine, VdsmErrors.properties',
};
