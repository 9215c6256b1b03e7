import type { Lab, LabHost } from '../types.ts';
import type { Guest } from './guests.ts';
import { guests, guestTimes } from './guests.ts';
import { findDomain } from './vdsm/storage-domain.ts';
import type { GuestSystem, Volume } from './vdsm/volume-model.ts';

/** What runs inside a VM: nothing, until a person installs it; it lies on the VM's disks and comes up with them. */

/** The volumes that a guest's disks are made of, each disk from its top down. */
function* volumesOf(lab: Lab, guest: Guest): Generator<Volume> {
  for (const { domain: id, volume: top } of guest.disks) {
    const domain = findDomain(lab, id);
    for (let volume = domain?.volumes.get(top); volume; volume = domain?.volumes.get(volume.parent ?? '')) yield volume;
  }
}

export function findGuest(lab: Lab, name: string): { host: LabHost; guest: Guest } | undefined {
  for (const host of lab.hosts.values()) {
    for (const guest of guests(host).values()) if (guest.name === name) return { host, guest };
  }
  return undefined;
}

/** A person installs a system with its guest agent, onto the first disk as it is now; gives the reason when that fails. */
export function installSystem(lab: Lab, guest: Guest, fqdn: string): string | undefined {
  const [first] = volumesOf(lab, guest);
  if (!first) return `${guest.name} has no disk`;
  first.system = { fqdn, installedAt: lab.clock.now() };
  return undefined;
}

/** The system whose agent speaks by now: some time after the guest's start, and after the installation. */
export function speakingSystem(host: LabHost, guest: Guest): GuestSystem | undefined {
  const now = host.lab.clock.now();
  for (const { system } of volumesOf(host.lab, guest)) {
    if (!system) continue;
    const since = Math.max(guest.startedAt, system.installedAt);
    return now - since >= guestTimes.agent * 1000 ? system : undefined;
  }
  return undefined;
}
