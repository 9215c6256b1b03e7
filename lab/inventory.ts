/** The inventory of the lab, as a user would write it for a real site. */
import { basename } from 'node:path';
import { stringify } from 'yaml';
import { INSTALLATION_IMAGE } from './installation-image.ts';
import type { LabCore } from './lab-core.ts';

/** What the article's deployment calls them; that of the presets does, too. */
export const DEPLOYED = { dataCenter: 'Datacenter1', cluster: 'Cluster1' };

export function inventoryText(
  lab: LabCore,
  options: {
    engineUrl: string | undefined;
    imageProxy: string | undefined;
    ports: Readonly<Record<string, number>>;
    bmcs: Readonly<Record<string, number>>;
    /** Port of sshd in the engine VM. */
    engineSsh: number;
    /** An engine stands there already, with names that its deployment gave. */
    deployed: boolean;
    hostKey: (name: string) => string;
  },
): string {
  const site = {
    profile: lab.profile,
    engine: {
      fqdn: lab.engineFqdn,
      url: `${options.engineUrl ?? 'https://127.0.0.1:443/ovirt-engine'}`,
      user: 'admin@internal',
      password: { file: 'secrets/engine-admin-password' },
      rootPassword: { file: 'secrets/engine-root-password' },
      ca: { file: 'engine-ca.pem' },
      ...(options.imageProxy === undefined ? {} : { imageProxy: options.imageProxy }),
      address: `${lab.engineAddress}/24`,
      gateway: lab.gateway,
      dns: ['172.20.32.2'],
      ...(options.deployed ? DEPLOYED : {}),
      ssh: {
        address: '127.0.0.1',
        port: options.engineSsh,
        user: 'root',
        key: { file: 'secrets/id_ed25519' },
        hostKey: options.hostKey('engine'),
      },
    },
    hosts: [...lab.hosts.values()].map((host) => ({
      name: host.name,
      fqdn: host.fqdn,
      address: '127.0.0.1',
      ssh: {
        port: options.ports[host.name],
        user: 'root',
        key: { file: 'secrets/id_ed25519' },
        hostKey: options.hostKey(host.name),
      },
      role: 'hostedEngine',
      // The article's form for an iDRAC 9; hosts and worker reach the simulated one at the same address.
      bmc: {
        agent: 'drac5',
        address: '127.0.0.1',
        port: options.bmcs[host.name],
        user: 'root',
        password: { file: 'secrets/bmc-password' },
        options: { secure: true, cmd_prompt: '>', login_timeout: 30 },
      },
    })),
    storage: {
      hostedEngine: { type: 'fc', lun: '3600a098000e4b4b3000003c95d171065' },
      dataDomains: [{ name: 'data1', type: 'fc', lun: '3600a098000e4b4b3000003175cec1840', size: '2.0T' }],
    },
    networks: [{ name: 'ovirtvm-vlan432', vlan: 432, interface: 'bond1' }],
    isos: [{ file: INSTALLATION_IMAGE, domain: 'data1' }],
    vms: [
      {
        name: 'vm1',
        memoryMiB: 4096,
        os: 'rhel_7x64',
        disk: { sizeGiB: 11, domain: 'data1' },
        networks: ['ovirtvm-vlan432'],
        iso: basename(INSTALLATION_IMAGE),
        highAvailability: { lease: 'data1' },
      },
    ],
    timing: { scale: Number((1 / lab.clock.speed).toFixed(6)) },
  };
  // A key on one line is found by those who look for it.
  return stringify(site, { lineWidth: 0 });
}
