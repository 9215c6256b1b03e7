/**
 * The kernel folder: the machine room of the lab, everything that is the same whatever runs on the hosts.
 * This file: the interfaces of what a host is made of. Commands read and change these; nothing here knows a command.
 */
export type * from './array-model.ts';
export type * from './iscsi-model.ts';
export type * from './nfs-model.ts';

import type { Command, CommandSet, LabHost } from '../types.ts';

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'device';
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  /** Virtual milliseconds. */
  readonly modified: number;
  readonly inode: number;
}

export interface WriteOptions {
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly append?: boolean;
}

/** A host's files, synchronous. Texts are UTF-8; `readBytes`/`writeBytes` carry latin-1 byte strings. */
export interface Vfs {
  read(path: string): string;
  readBytes(path: string): string;
  /** Makes missing parent directories; an existing file keeps mode and owner unless told. */
  write(path: string, text: string, options?: WriteOptions): void;
  writeBytes(path: string, bytes: string, options?: WriteOptions): void;
  append(path: string, text: string): void;
  exists(path: string): boolean;
  /** Something has this name, if only a symbolic link that leads nowhere. */
  named(path: string): boolean;
  isDirectory(path: string): boolean;
  stat(path: string): FileStat;
  lstat(path: string): FileStat;
  list(path: string): string[];
  mkdir(path: string, options?: WriteOptions): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  readlink(path: string): string;
  chmod(path: string, mode: number): void;
  chown(path: string, owner: string, group?: string): void;
  touch(path: string, modified: number): void;
  realpath(path: string): string;
  /** Gives a file a size, with a hole where nothing was written; makes it when it is missing. */
  truncate(path: string, size: number, options?: WriteOptions): void;
  /** Shows another file system's files at a path; while `answers` is false, looks into them fail. */
  mount(path: string, other: Vfs, answers: () => boolean): void;
  /** Takes a mount away; the directory that it hid is empty. */
  unmount(path: string): void;
  /** A file whose content is computed at each read (/proc, /sys); writes go to `onWrite`. */
  dynamic(path: string, content: () => string, onWrite?: (text: string) => void): void;
  /** True: writes fail with `No space left on device`. */
  full: boolean;
}

export interface Nevra {
  readonly name: string;
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
}

/** A package as a repository offers it. */
export interface PackageOffer extends Nevra {
  /** Names of packages (or their provides) that come with it. */
  readonly requires?: readonly string[];
  readonly provides?: readonly string[];
  /** An installed package of that name is replaced by this one (qemu-kvm by qemu-kvm-ev). */
  readonly obsoletes?: readonly string[];
  readonly size?: number;
}

export interface InstalledPackage extends Nevra {
  readonly requires: readonly string[];
  readonly provides: readonly string[];
  readonly fromRepo: string;
  readonly installedAt: number;
  /** Installed because another one needed it. */
  readonly dependency: boolean;
}

export interface RpmDatabase {
  get(name: string): InstalledPackage | undefined;
  has(name: string): boolean;
  all(): readonly InstalledPackage[];
  /** Installs or replaces with files, programs, units and scriptlets of its builds, at once and without dependencies. */
  install(offer: PackageOffer, options?: { fromRepo?: string; dependency?: boolean }): void;
  erase(name: string): void;
}

/** Repository of the simulated internet. */
export interface Repository {
  readonly title: string;
  readonly packages: PackageOffer[];
  /** Shown by repolist; without it the number of packages. */
  readonly count?: number;
  /** False: as mirrors that are gone or unreachable. */
  reachable: boolean;
}

export interface PackageFile {
  readonly content: string | ((host: LabHost) => string);
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  /** Kept as it is when it is there already, as %config(noreplace). */
  readonly config?: boolean;
}

/** What a package brings when it is installed. */
export interface PackageBuild {
  readonly package: string;
  readonly files?: Readonly<Record<string, PackageFile>>;
  readonly directories?: readonly string[];
  /** Programs by name (placed in /usr/bin) or by full path. */
  readonly programs?: CommandSet;
  /** Unit files by name, placed in /usr/lib/systemd/system. */
  readonly units?: Readonly<Record<string, string>>;
  /** Unit names that the preset enables at first installation. */
  readonly enabledByPreset?: readonly string[];
  readonly post?: (host: LabHost) => void;
  readonly postun?: (host: LabHost) => void;
}

export type ActiveState = 'active' | 'reloading' | 'inactive' | 'failed' | 'activating' | 'deactivating';

/** A loaded unit and its state machine. */
export interface UnitStatus {
  readonly name: string;
  readonly loadState: 'loaded' | 'not-found' | 'masked';
  readonly activeState: ActiveState;
  readonly subState: string;
  readonly result: string;
  readonly unitFileState: 'enabled' | 'disabled' | 'static' | 'masked' | '';
  readonly mainPid: number;
  readonly execMainCode: number;
  readonly execMainStatus: number;
  readonly transient: boolean;
}

/** The jobs of systemd. What a unit runs is its ExecStart, a program of an installed package. */
export interface Units {
  status(name: string): UnitStatus;
  isActive(name: string): boolean;
  names(): readonly string[];
  /** Rejects with the sentence that systemctl prints when it cannot. Resolves when the job is done. */
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  enable(name: string): void;
  disable(name: string): void;
  mask(name: string): void;
  unmask(name: string): void;
  resetFailed(name: string): void;
  reload(): void;
}

export interface SystemJournalEntry {
  readonly at: number;
  readonly identifier: string;
  readonly pid: number;
  readonly unit?: string;
  readonly priority: number;
  readonly message: string;
  readonly bootId: string;
}

export interface SystemJournal {
  readonly entries: readonly SystemJournalEntry[];
  log(entry: { identifier: string; message: string; pid?: number; unit?: string; priority?: number }): void;
}

export interface FirewallZone {
  readonly interfaces: Set<string>;
  readonly services: Set<string>;
  readonly ports: Set<string>;
}

/** firewalld's configuration; whether it runs is the unit's state. */
export interface Firewalld {
  defaultZone: string;
  readonly runtime: Map<string, FirewallZone>;
  readonly permanent: Map<string, FirewallZone>;
  /** Runtime := permanent, as --reload does. */
  reload(): void;
  /** The zone an interface is in, with the default zone for those that NetworkManager put nowhere else. */
  zoneOf(interfaceName: string): string;
}

export interface Domain {
  readonly name: string;
  readonly uuid: string;
  id: number;
  state: 'running' | 'paused' | 'in shutdown' | 'shut off' | 'crashed';
  /** A transient domain vanishes when it stops. */
  persistent: boolean;
  memory: number;
  vcpus: number;
  /** Called when it is destroyed or its host dies. */
  onStop?: (how: 'destroy' | 'shutdown' | 'host') => void;
}

export interface LibvirtNetwork {
  readonly name: string;
  readonly bridge: string;
  active: boolean;
  autostart: boolean;
}

export interface StoragePool {
  readonly name: string;
  readonly target: string;
  active: boolean;
}

/** libvirtd's objects; available to virsh while the unit runs. */
export interface Libvirt {
  readonly domains: Map<string, Domain>;
  readonly networks: Map<string, LibvirtNetwork>;
  readonly pools: Map<string, StoragePool>;
  /** VDSM has put SASL before the read-write socket: virsh without an auth file asks for a name. */
  sasl: boolean;
  /** The CPU features that the installed libvirt can require on this CPU (md-clear only in versions that know it). */
  requiredFeatures(): readonly string[];
  start(domain: Omit<Domain, 'id' | 'state'>): Domain;
  stop(name: string, how: 'destroy' | 'shutdown'): void;
}

export interface NetInterface {
  readonly name: string;
  kind: 'nic' | 'bridge' | 'bond' | 'vlan' | 'loopback';
  mac: string;
  mtu: number;
  up: boolean;
  /** NICs: cable in. */
  carrier: boolean;
  addresses: { address: string; prefix: number }[];
  /** Bridge or bond that it belongs to. */
  master?: string;
  /** Bond: its options as the kernel module takes them, `mode=1 miimon=100`. */
  bonding?: string;
  /** VLAN: the device below and its id. */
  link?: string;
  vlan?: number;
}

export interface Route {
  readonly destination: string;
  readonly via?: string;
  readonly device: string;
  readonly metric?: number;
}

export interface Network {
  readonly interfaces: Map<string, NetInterface>;
  routes: Route[];
  hostname: string;
  /** Whether a packet to that address gets an answer; refuses off hosts, dead servers, missing routes. */
  reachable(address: string): boolean;
  /** Every address of this host. */
  addresses(): readonly string[];
}

/** A program found on a host: where it is and what it does. */
export interface Program {
  readonly path: string;
  readonly run: Command;
}
