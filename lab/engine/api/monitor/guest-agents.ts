import { speakingSystem } from '../../../ovirt/guest-systems.ts';
import { guests } from '../../../ovirt/guests.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import type { VmNicRow } from '../database/vm-nics.ts';
import type { VmRow } from '../database/vms.ts';
import type { Entity } from '../wire/values.ts';

/** A network card as the guest names it. */
export interface ReportedDevice {
  readonly name: string;
  readonly mac: string;
  readonly address: string;
}

export interface GuestReport {
  readonly fqdn: string;
  readonly entity: Entity;
  readonly devices: readonly ReportedDevice[];
}

/** CentOS 7.7, which the article installs. */
const system: Entity = {
  guest_operating_system: {
    architecture: 'x86_64',
    codename: 'Core',
    distribution: 'CentOS Linux',
    family: 'Linux',
    kernel: { version: { build: 0, full_version: '3.10.0-1062.el7.x86_64', major: 3, minor: 10, revision: 0 } },
    version: { full_version: '7', major: 7 },
  },
  guest_time_zone: { name: 'UTC', utc_offset: '+00:00' },
};

/** The address that the network's DHCP server gives to a card. */
function addressOf(db: EngineDatabase, nic: VmNicRow): string {
  const network = db.networks.get(db.vnicProfiles.get(nic.profileId ?? '')?.networkId ?? '');
  const [high = 0, low = 0] = nic.mac
    .split(':')
    .slice(-2)
    .map((byte) => Number.parseInt(byte, 16));
  return `10.${(network?.vlan ?? 0) % 256}.${high}.${100 + (low % 150)}`;
}

/** What the agent in a VM tells the engine; nothing before it runs. */
export function guestReport(lab: Lab, db: EngineDatabase, vm: VmRow): GuestReport | undefined {
  const row = vm.hostId === undefined ? undefined : db.hosts.get(vm.hostId);
  const host = row && machineAt(lab, row.address);
  const guest = host && guests(host).get(vm.id);
  const speaking = host && guest && speakingSystem(host, guest);
  if (!speaking) return undefined;
  const connected = vm.nics.filter((nic) => nic.plugged && nic.linked && nic.profileId !== undefined);
  return {
    fqdn: speaking.fqdn,
    entity: system,
    devices: connected.map((nic, at) => ({ name: `eth${at}`, mac: nic.mac, address: addressOf(db, nic) })),
  };
}
