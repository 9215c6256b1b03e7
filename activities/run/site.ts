/**
 * activities/run/ holds what a run does for itself: reading the inventory once, keeping its report.
 * What acts on the datacentre stands in the folders beside it.
 */

import type { Receiver } from '../../inventory/notifications.ts';
import type { Inventory } from '../../inventory/schema.ts';
import type { UsualDurations } from './usual-durations.ts';

export interface SiteHost {
  readonly name: string;
  readonly fqdn: string;
  readonly role: 'hostedEngine' | 'host';
  readonly managementInterface?: string;
  /** The inventory names its management controller. */
  readonly fenceable?: true;
}

/** What the datacentre is to contain; nothing of it is secret. */
export type WishedView = Pick<Inventory, 'cluster' | 'networks' | 'isos' | 'vms'> & {
  readonly dataDomains: readonly { readonly name: string }[];
};

/** The inventory as a run may know it. It is kept in the history, so it has no secret references and no SSH details. */
export interface SiteView {
  readonly profile: string;
  readonly engine: {
    readonly fqdn: string;
    readonly url: string;
    /** CIDR; absent means DHCP. */
    readonly address?: string;
    readonly gateway?: string;
    readonly dns?: readonly string[];
    readonly mac?: string;
    readonly dataCenter: string;
    readonly cluster: string;
    readonly vcpus: number;
    readonly memoryMiB: number;
    readonly diskGiB: number;
    readonly timeZone?: string;
    /** The inventory says how to log in to the engine VM, and by which key it is known. */
    readonly login?: true;
  };
  readonly hosts: readonly SiteHost[];
  readonly storage: {
    readonly hostedEngine: { readonly type: 'fc'; readonly lun: string; readonly size?: string };
  };
  readonly wished: WishedView;
  /** Who wants to be told of what; absent where nobody does. */
  readonly receivers?: readonly Pick<Receiver, 'name' | 'events'>[];
  /** All waits and polls are multiplied by it. */
  readonly timingScale: number;
  /** How long the steps of this run's runbook took in earlier runs, by their ids. */
  readonly usual?: UsualDurations;
  /** SHA-256 of the normalised inventory. */
  readonly digest: string;
  /** Whether the cluster lets runs set search attributes; asked when the worker started. */
  readonly searchAttributes: boolean;
}
