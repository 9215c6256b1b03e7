import type { Diagnosis } from './diagnosis.ts';

export const diskSpace: Diagnosis = {
  id: 'disk-space',
  title: 'Too little space for the appliance or the disk of the engine VM',
  symptom: [
    /\/var\/tmp doesn't provide enough free space to extract the engine appliance/,
    /the target storage domain contains only \S+ ?GiB of available space while a minimum of/,
    /Disk size too small/,
  ],
  cause: 'The appliance is unpacked in /var/tmp and then copied to the LUN; one of the two is too small.',
  fix: 'Make room in /var/tmp, take a larger LUN, or retry with a diskGiB that fits (at least 50).',
  source: 'ovirt-ansible-hosted-engine-setup, tasks/bootstrap_local_vm and tasks/create_storage_domain.yml',
};
