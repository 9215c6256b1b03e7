import type { Diagnosis } from './diagnosis.ts';

export const imageTicketLost: Diagnosis = {
  id: 'image-ticket-lost',
  title: 'The image daemon has lost the ticket of a transfer',
  symptom: [
    /^Transfer was stopped by system\. Reason: missing transfer image ticket\.$/,
    /^the image daemon knows no ticket of the transfer any more/,
    /^the engine has paused the transfer again after it was resumed/,
  ],
  cause:
    'ovirt-imageio keeps its tickets in memory: it was restarted, and the engine renews only those that are still there.',
  fix: 'Cancel the transfer, which takes its disk along, and begin the upload anew.',
  fixBy: 'image-transfer',
  source: 'ovirt-engine, AuditLogType 1065; TransferDiskImageCommand; ovirt-imageio docs/images.md',
};
