import type { Diagnosis } from './diagnosis.ts';

export const dirtyLun: Diagnosis = {
  id: 'dirty-lun',
  title: 'The LUN is not empty',
  symptom: [
    /Fault detail is \\?"\[?(Error creating a storage domain|Cannot create Volume Group|Cannot create Logical Volume)/,
    /Physical device initialization failed/,
    /Error creating a storage domain's metadata|\[Error creating a storage domain\]/,
  ],
  lookAlike: [/Problem while trying to mount target/],
  cause:
    'The LUN carries a volume group, partition or signature, often the storage domain of an earlier attempt; the engine never writes over it.',
  fix: 'Make sure that nothing needs what is on the LUN, wipe it by hand (vgremove, wipefs -a), then retry; the cleanup tool does not touch it.',
  source: 'ovirt-ansible-hosted-engine-setup, tasks/create_storage_domain.yml passes neither force nor override_luns',
};
