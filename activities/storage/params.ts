/**
 * activities/storage/ acts on storage domains: LUN or export as every host sees it, the domain in the engine, its place in a
 * data center. This file: what its operations take and what they find out.
 */
import type { Portal } from '../../inventory/wished.ts';
import type { NfsDomain } from './wish.ts';

export interface StorageDomainParams {
  /** Name of the domain; for its making, one of `storage.dataDomains` of the inventory. */
  readonly name: string;
}

export interface CreateStorageDomain extends StorageDomainParams {
  readonly dataCenter: string;
  /** Take a LUN that carries something; a person has agreed to lose it. */
  readonly overwrite?: boolean;
  /** What its LUN carries before, a line each: what may be lost with it, and what remains is told against it. */
  readonly held?: readonly string[];
}

export interface AttachedStorageDomain extends StorageDomainParams {
  readonly dataCenter: string;
}

export interface RemoveStorageDomain extends StorageDomainParams {
  /** Its LUN, and what that carried before the domain, a line each. */
  readonly lun?: { readonly wwid: string; readonly held: readonly string[] };
  /** Its export, where it lies in one. */
  readonly nfs?: NfsDomain;
}

export interface PreflightStorageDomain extends AttachedStorageDomain {
  /** The hosts are logged in to the target of its LUN: one that does not see it is a finding. */
  readonly loggedIn?: true;
}

export interface IscsiLogin extends StorageDomainParams {
  /** Name in the inventory. */
  readonly host: string;
}

export interface IscsiLogout {
  readonly host: string;
  readonly target: string;
  /** WWID of the LUN for which it was logged in. */
  readonly lun: string;
  /** By which portals it was; absent in runs that began when there was one only: all of them then. */
  readonly portals?: readonly Portal[];
}

/** What a person has to know before the domain is made. */
export interface StoragePreflight {
  /** In words: `LUN 3600…, 2.0T, DELL MD38xxf, 2 paths` or `nas:/export`. */
  readonly storage: string;
  readonly exists: boolean;
  /**
   * Hosts that must log in to the iSCSI target before they can look at its LUN, by their names in the inventory. Absent in
   * runs that began when all storage was Fibre Channel.
   */
  readonly logins?: readonly string[];
  /** What the LUN carries now, a line each; all of it will be lost. */
  readonly content: readonly string[];
  /** The same with the label that a removed domain has left. */
  readonly held: readonly string[];
  /** What lies in the export beside storage domains, which leave it alone; absent as `logins` is. */
  readonly beside?: readonly string[];
  readonly hosts: readonly string[];
}
