import type { Diagnosis } from './diagnosis.ts';

export const engineAddress: Diagnosis = {
  id: 'engine-address',
  title: 'The engine VM got another address than its name says',
  symptom: [/Engine VM IP address is \S+ while the engine's he_fqdn \S+ resolves to/],
  cause: 'The DHCP server leased the engine VM an address that the DNS does not know under its name.',
  fix: 'Reserve the address for the MAC address in the answer file, or give the engine a static one (engine.address in the inventory).',
  source: 'ovirt-ansible-hosted-engine-setup, tasks/create_target_vm',
};
