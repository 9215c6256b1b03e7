/** Interfaces of packages: what repositories offer, what is installed, what a package brings. */

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
