import type { Diagnosis } from './diagnosis.ts';

export const iscsiPortal: Diagnosis = {
  id: 'iscsi-portal',
  title: 'The iSCSI portal does not answer',
  symptom: [/Failed to setup iSCSI subsystem|Failed discovery of iSCSI targets/],
  cause: 'Nothing answers at the portal, or it does not have this target.',
  fix: 'On the host: look whether it reaches address and port of the portal; mend network, firewall or storage, then retry.',
  source: 'vdsm, exception.py 465 iSCSISetupError, 475 iSCSIDiscoveryError; ovirt-engine, VdsmErrors.properties',
};
