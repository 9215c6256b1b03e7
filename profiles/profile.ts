/**
 * profiles/ holds what differs between versions of oVirt and of the hosts' operating system, as data: packages,
 * repositories, services, limits. The order of steps is code and stands elsewhere; a profile never says when.
 */
import type { ProfileName } from '../inventory/schema.ts';

/** A package that yum finds by its name, or that is installed from elsewhere under that name. */
export interface PackageSpec {
  /** As `rpm -q` knows it. */
  readonly name: string;
  /** URL or path of the rpm; without it, the enabled repositories. */
  readonly from?: string;
}

export const PACKAGE_SETS = ['release', 'epel', 'setup', 'qemuRepository', 'kvm', 'firewall'] as const;
/** What the runbooks install together. */
export type PackageSet = (typeof PACKAGE_SETS)[number];

export interface Profile {
  readonly name: ProfileName;
  readonly operatingSystem: {
    /** For sentences: what the hosts have to run. */
    readonly title: string;
    /** `ID` of /etc/os-release. */
    readonly ids: readonly string[];
    /** Major part of `VERSION_ID`. */
    readonly major: string;
  };
  readonly packages: Readonly<Record<PackageSet, readonly PackageSpec[]>>;
  /** Ids of yum repositories that a runbook switches off. */
  readonly repositories: { readonly libvirtLatest: string };
  readonly libvirt: {
    readonly service: string;
    /** The running daemon is outdated when one of these was installed after it started. */
    readonly packages: readonly string[];
  };
  readonly firewall: {
    readonly service: string;
    /** Units that must not run beside it. */
    readonly others: readonly string[];
  };
  readonly hostedEngine: HostedEngineLimits;
}

export interface HostedEngineLimits {
  readonly minimalMemoryMiB: number;
  /** What the deployment leaves to the host when it counts the available memory. */
  readonly reservedMemoryMiB: number;
  /** By how much it may be missed. */
  readonly memoryGraceMiB: number;
  readonly minimalDiskGiB: number;
  /** What the storage domain needs beside the disk of the engine VM. */
  readonly storageOverheadGiB: number;
  /** Free space for the unpacked appliance. */
  readonly varTmpGiB: number;
  /** Free space for packages and logs. */
  readonly rootGiB: number;
  /** More than this and certificates and leases become doubtful. */
  readonly clockOffsetSeconds: number;
  /** Active on a host that can run the engine VM. */
  readonly services: readonly string[];
  /** What the deployment lets start at boot beside them. */
  readonly alsoEnabled: readonly string[];
  /** Score of a host without any penalty, and the lowest one that still counts as sound here. */
  readonly fullScore: number;
  readonly soundScore: number;
  /** How long the engine may take from the end of the deployment until it is seen as healthy, in seconds. */
  readonly healthSeconds: number;
  /** The answer file is read with interpolation: `%` in a value breaks it. */
  readonly percentBreaksAnswers: boolean;
}
