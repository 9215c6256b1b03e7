import type { Diagnosis } from './diagnosis.ts';

export const lostLink: Diagnosis = {
  id: 'lost-link',
  title: 'The host lost its link to the engine with the new networks, and was rolled back',
  symptom: [/Reverting back to last known saved configuration/],
  cause:
    'With the new configuration the engine could no longer reach the host, so the host has by itself gone back to the networks that it had saved last. It is as before, without the new network.',
  fix: 'Look at the switch ports of the host: is the VLAN allowed on the port of the interface, does a guard (BPDU, port security) close it when a bridge appears, are the members of the bond on the right ports. Then retry, or roll back.',
  source: 'ovirt-engine, AppErrors and HostSetupNetworksCommand (connectivity check); vdsm, rollback of setupNetworks',
};
