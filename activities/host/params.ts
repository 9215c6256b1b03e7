/**
 * activities/host/ acts on one host over SSH: packages, repositories, services, firewall, CPU features.
 * This file: what its operations take and what they find out.
 */
import type { PackageSet, Profile } from '../../profiles/profile.ts';

export interface HostParams {
  readonly host: string;
}

export interface InstallPackages extends HostParams {
  /** A set of the profile, or names that yum knows. */
  readonly packages: PackageSet | readonly string[];
  /** What they are for, in the title: "the hosted-engine setup". */
  readonly title?: string | undefined;
}

export interface Repository extends HostParams {
  /** A name from the profile's repositories (`libvirtLatest`), or a repository id. */
  readonly repository: keyof Profile['repositories'] | (string & {});
}

export interface UpdateOutput {
  readonly pending: number;
}

export interface Service extends HostParams {
  /** Unit name without `.service`. */
  readonly service: string;
}

export interface RestartService extends Service {
  /** The service is outdated when one of these was installed after it started; default: libvirt's for libvirtd. */
  readonly packages?: readonly string[] | undefined;
}

export interface UnitBefore {
  readonly unit: string;
  readonly active: boolean;
  readonly enabled: boolean;
}

export interface RestoreService extends HostParams {
  readonly before: UnitBefore;
}

export interface RestoreFirewall extends HostParams {
  /** The firewalls of the host as they were, in the order in which they are to be put back. */
  readonly before: readonly UnitBefore[];
}

export interface NoteBootOutput {
  /** The kernel's id of the boot that runs now. */
  readonly bootId: string;
}

export interface RebootHost extends HostParams {
  /** The boot that is to end: any other one proves the reboot. Empty in a plan that does not know it yet. */
  readonly bootId: string;
  /** VMs that go down with the host, by their names in libvirt; any other keeps it from being rebooted. */
  readonly guests?: readonly string[] | undefined;
}

export interface CpuFeature extends HostParams {
  /** As libvirt spells it. */
  readonly feature: 'md-clear';
  /** Refuse when the CPU has the feature and libvirt cannot pass it on. */
  readonly require?: boolean | undefined;
}

export interface CpuFeatureOutput {
  /** The CPU has it, so the engine VM's CPU model will ask for it. */
  readonly needed: boolean;
  /** Whether libvirt knows it; `unknown` while libvirt is not installed or does not answer. */
  readonly offered: 'yes' | 'no' | 'unknown';
  /** Version of the installed libvirt; absent when there is none. */
  readonly libvirt?: string;
}
