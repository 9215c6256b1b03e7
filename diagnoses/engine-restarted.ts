import type { Diagnosis } from './diagnosis.ts';

export const engineRestarted: Diagnosis = {
  id: 'engine-restarted',
  title: 'The engine was started anew in the middle of its work',
  symptom: [/^Starting oVirt Engine\.$/],
  cause:
    'The engine carries an installation out behind its answer; when its process ends, what it was doing ends with it and is not taken up again.',
  fix: 'Have the host installed again: it is begun anew, in place.',
  fixBy: 'engine-restarted',
  source: 'ovirt-engine, AuditLogType 1 VDC_START; InstallVdsInternalCommand',
};
