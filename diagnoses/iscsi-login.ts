import type { Diagnosis } from './diagnosis.ts';

export const iscsiLogin: Diagnosis = {
  id: 'iscsi-login',
  title: 'The iSCSI target refuses the login',
  symptom: [/Failed to login to iSCSI node due to authorization failure/],
  cause: 'User or password of CHAP are not those of the target, or the target does not know the initiator of the host.',
  fix: 'Correct chap of the domain in the inventory or its secret, or let the initiator of the host (/etc/iscsi/initiatorname.iscsi) in on the target; then retry.',
  source: 'vdsm, exception.py 476 iSCSILoginAuthError; ovirt-engine, VdsmErrors.properties',
};
