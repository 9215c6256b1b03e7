import type { Diagnosis } from './diagnosis.ts';

export const proxy: Diagnosis = {
  id: 'proxy',
  title: 'A proxy stands between host and engine',
  symptom: [/Your system is configured to use a proxy, please add an exception for \S+ with no_proxy directive/],
  cause: 'The environment of the host sends HTTP through a proxy, also what is meant for the engine.',
  fix: "Add the engine's name to no_proxy on the host, or remove the proxy from its environment, then retry.",
  source: 'ovirt-ansible-hosted-engine-setup, tasks/bootstrap_local_vm',
};
