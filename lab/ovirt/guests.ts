import type { LabHost } from '../types.ts';
import { findDomain } from './vdsm/block-domain.ts';
import { prepareVolume, teardownVolume } from './vdsm/volumes.ts';

/** Virtual seconds of an ordinary VM's life under vdsm. */
export const guestTimes = { launch: 3, powerUp: 60, powerDown: 25 } as const;

/** A VM, other than the engine's, that runs under vdsm on a host. */
export interface Guest {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
  readonly cpus: number;
  /** Its disks, each as the volume that is on top. */
  readonly disks?: readonly { readonly domain: string; readonly volume: string }[];
  readonly startedAt: number;
  endsAt?: number;
}

const KEY = 'vdsm-guests';

export function guests(host: LabHost): ReadonlyMap<string, Guest> {
  return (host.volatile.get(KEY) as Map<string, Guest> | undefined) ?? new Map<string, Guest>();
}

/** The volumes of a guest's disks are open where it runs. */
function holdDisks(host: LabHost, guest: Guest, held: boolean): void {
  for (const { domain: id, volume } of guest.disks ?? []) {
    const domain = findDomain(host.lab, id);
    if (domain && held) prepareVolume(host, domain, volume, { open: true });
    else if (domain) teardownVolume(host, domain, volume);
  }
}

function put(host: LabHost, guest: Guest): void {
  const all = new Map(guests(host)).set(guest.id, guest);
  host.volatile.set(KEY, all);
  host.memory.used += guest.memory;
  holdDisks(host, guest, true);
  host.libvirt.start({
    name: guest.name,
    uuid: guest.id,
    persistent: false,
    memory: guest.memory,
    vcpus: guest.cpus,
    onStop: () => drop(host, guest.id),
  });
}

function drop(host: LabHost, id: string): void {
  const guest = guests(host).get(id);
  if (!guest) return;
  const rest = new Map(guests(host));
  rest.delete(id);
  host.volatile.set(KEY, rest);
  host.memory.used -= guest.memory;
  holdDisks(host, guest, false);
}

export function startGuest(host: LabHost, guest: Omit<Guest, 'startedAt'>): void {
  put(host, { ...guest, startedAt: host.lab.clock.now() });
}

/** Asks the guest system to power down; it is gone some seconds later. */
export function shutDownGuest(host: LabHost, id: string): void {
  const guest = guests(host).get(id);
  if (!guest || guest.endsAt !== undefined) return;
  guest.endsAt = host.lab.clock.now() + guestTimes.powerDown * 1000;
  host.lab.clock.after(guestTimes.powerDown, () => {
    if (guests(host).get(id) === guest) host.libvirt.stop(guest.name, 'shutdown');
  });
}

/** Ends the guest at once. */
export function destroyGuest(host: LabHost, id: string): void {
  const guest = guests(host).get(id);
  if (guest) host.libvirt.stop(guest.name, 'destroy');
}

/** The last instant of a live migration: the guest goes on running on the other host. */
export function switchGuest(from: LabHost, to: LabHost, id: string): void {
  const guest = guests(from).get(id);
  if (!guest) return;
  put(to, { ...guest });
  from.libvirt.stop(guest.name, 'destroy');
}

export function guestStatus(host: LabHost, guest: Guest): 'wait_for_launch' | 'powering_up' | 'up' | 'powering_down' {
  if (guest.endsAt !== undefined) return 'powering_down';
  const age = (host.lab.clock.now() - guest.startedAt) / 1000;
  if (age < guestTimes.launch) return 'wait_for_launch';
  return age < guestTimes.powerUp ? 'powering_up' : 'up';
}
