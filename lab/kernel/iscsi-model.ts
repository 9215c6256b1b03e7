/** Interfaces of the iSCSI storage: portals, targets, and the sessions that hosts have with them. */
import type { Lun } from './array-model.ts';

export interface IscsiPortal {
  readonly address: string;
  readonly port: number;
  answering: boolean;
}

export interface IscsiTarget {
  readonly iqn: string;
  readonly portals: readonly IscsiPortal[];
  /** Who logs in has to give these; without them anybody may. */
  readonly chap?: { readonly username: string; readonly password: string };
  readonly luns: readonly Lun[];
}

/** What a host gives of itself at a login. */
export interface ChapCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export interface IscsiSession {
  readonly id: number;
  readonly target: IscsiTarget;
  readonly portal: IscsiPortal;
  readonly credentials: ChapCredentials;
}

/** A record of open-iscsi: where the host may log in, and with what; it outlives a reboot. */
export interface IscsiNode {
  readonly iqn: string;
  readonly address: string;
  readonly port: number;
  readonly settings: Map<string, string>;
}
