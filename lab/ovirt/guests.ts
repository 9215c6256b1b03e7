import type { LabHost } from '../types.ts';
import { findDomain } from './vdsm/storage-domain.ts';
import { prepareVolume, teardownVolume } from './vdsm/volumes.ts';

/** Virtual seconds of an ordinary VM's life under vdsm; the agent speaks some time after the guest's start. */
export const guestTimes = { launch: 3, powerUp: 60, powerDown: 25, reboot: 35, agent: 45 } as const;

export interface GuestDisk {
  readonly domain: string;
  /** The volume that is on top of its image. */
  readonly volume: string;
}

/** A VM, other than the engine's, that runs under vdsm on a host. */
export interface Guest {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  memory: number;
  cpus: number;
  disks: readonly GuestDisk[];
  /** The storage domain of its lease, which it holds while it runs. */
  readonly lease?: string | undefined;
  /** When its system began to boot. */
  startedAt: number;
  endsAt?: number;
  /** What it is in the middle of. */
  passing?: { readonly status: PassingStatus; readonly until: number } | undefined;
}

export type PassingStatus = 'reboot_in_progress' | 'saving_state' | 'restoring_state' | 'paused';
export type GuestStatus = 'wait_for_launch' | 'powering_up' | 'up' | 'powering_down' | PassingStatus;

const KEY = 'vdsm-guests';

export function guests(host: LabHost): ReadonlyMap<string, Guest> {
  return (host.volatile.get(KEY) as Map<string, Guest> | undefined) ?? new Map<string, Guest>();
}

/** The volumes of a guest's disks are open where it runs. */
function holdDisks(host: LabHost, guest: Pick<Guest, 'disks'>, held: boolean): void {
  for (const { domain: id, volume } of guest.disks) {
    const domain = findDomain(host.lab, id);
    if (domain && held) prepareVolume(host, domain, volume, { open: true });
    else if (domain) teardownVolume(host, domain, volume);
  }
}

/** The lease is this host's; one that its holder took down with it stays with that host. */
function holdLease(host: LabHost, guest: Guest, held: boolean): void {
  const domain = guest.lease === undefined ? undefined : findDomain(host.lab, guest.lease);
  const lease = domain?.leases.get(guest.id);
  if (!lease) return;
  if (held) lease.holder = host;
  else if (lease.holder === host) lease.holder = undefined;
}

function put(host: LabHost, guest: Guest): void {
  const all = new Map(guests(host)).set(guest.id, guest);
  host.volatile.set(KEY, all);
  host.memory.used += guest.memory;
  holdDisks(host, guest, true);
  holdLease(host, guest, true);
  host.libvirt.start({
    name: guest.name,
    uuid: guest.id,
    persistent: false,
    memory: guest.memory,
    vcpus: guest.cpus,
    onStop: (how) => drop(host, guest.id, how),
  });
}

function drop(host: LabHost, id: string, how: 'destroy' | 'shutdown' | 'host'): void {
  const guest = guests(host).get(id);
  if (!guest) return;
  const rest = new Map(guests(host));
  rest.delete(id);
  host.volatile.set(KEY, rest);
  host.memory.used -= guest.memory;
  holdDisks(host, guest, false);
  if (how !== 'host') holdLease(host, guest, false);
}

/** Starts it from its boot devices, or lets it go on with the memory that was kept of it. */
export function startGuest(host: LabHost, guest: Omit<Guest, 'startedAt'>, resumes = false): void {
  put(host, { ...guest, startedAt: host.lab.clock.now() - (resumes ? guestTimes.powerUp * 1000 : 0) });
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

/** Lets the guest be in a status for some seconds, and go on as before. */
export function pass(host: LabHost, id: string, status: PassingStatus, seconds: number): void {
  const guest = guests(host).get(id);
  if (guest) guest.passing = { status, until: host.lab.clock.now() + seconds * 1000 };
}

/** The guest system starts again; its memory and what is plugged in stay. */
export function rebootGuest(host: LabHost, id: string): void {
  const guest = guests(host).get(id);
  if (!guest) return;
  pass(host, id, 'reboot_in_progress', guestTimes.reboot);
  guest.startedAt = host.lab.clock.now() + (guestTimes.reboot - guestTimes.launch) * 1000;
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

/** The guest works with these volumes from now on. */
export function changeDisks(host: LabHost, id: string, disks: readonly GuestDisk[]): void {
  const guest = guests(host).get(id);
  if (!guest) return;
  holdDisks(host, guest, false);
  guest.disks = disks;
  holdDisks(host, guest, true);
}

/** Memory or processors are plugged into the running guest. */
export function growGuest(host: LabHost, id: string, to: { readonly memory: number; readonly cpus: number }): void {
  const guest = guests(host).get(id);
  const domain = guest && host.libvirt.domains.get(guest.name);
  if (!guest || !domain) return;
  host.memory.used += to.memory - guest.memory;
  Object.assign(guest, to);
  Object.assign(domain, { memory: to.memory, vcpus: to.cpus });
}

export function guestStatus(host: LabHost, guest: Guest): GuestStatus {
  const now = host.lab.clock.now();
  if (guest.endsAt !== undefined) return 'powering_down';
  if (guest.passing && now < guest.passing.until) return guest.passing.status;
  const age = (now - guest.startedAt) / 1000;
  if (age < guestTimes.launch) return 'wait_for_launch';
  return age < guestTimes.powerUp ? 'powering_up' : 'up';
}
