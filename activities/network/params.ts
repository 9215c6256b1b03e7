/**
 * activities/network/ acts on logical networks: in the data center, in a cluster, as vNIC profile, and on the hosts that
 * carry them. This file: what its operations take and what they find out.
 */
import type { Differences } from '../engine/data-center.ts';
import type { HostParams } from '../host/params.ts';

export interface NetworkParams {
  /** Name of the network; for its making, one of `networks` of the inventory. */
  readonly name: string;
  readonly dataCenter: string;
}

export interface ClusterNetwork extends NetworkParams {
  readonly cluster: string;
}

export interface RequireNetwork extends ClusterNetwork {
  readonly required: boolean;
}

export interface HostNetwork extends ClusterNetwork, HostParams {
  /** Interface or bond; default: that of the inventory. */
  readonly interface?: string;
}

export interface PreflightNetwork extends ClusterNetwork {
  /** Names in the inventory; default: all hosts of the cluster. */
  readonly hosts?: readonly string[] | undefined;
}

/** What the engine keeps of a network for all its hosts. */
export interface NetworkSettings {
  /** Absent: untagged. */
  readonly vlan?: number | undefined;
  readonly mtu: number;
  /** VMs may use it. */
  readonly vm: boolean;
}

export interface SetNetwork extends NetworkParams {
  readonly settings: NetworkSettings;
}

export interface NetworkPreflight extends Differences {
  /** Names in the inventory of the hosts that are to carry it. */
  readonly hosts: readonly string[];
  /** It is the one by which the engine reaches its hosts. */
  readonly management: boolean;
}
