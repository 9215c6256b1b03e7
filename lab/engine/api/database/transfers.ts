import type { EngineDatabase } from './database.ts';

export type TransferPhase =
  | 'initializing'
  | 'transferring'
  | 'resuming'
  | 'paused_system'
  | 'paused_user'
  | 'cancelled_system'
  | 'cancelled_user'
  | 'finalizing_success'
  | 'finalizing_failure'
  | 'finalizing_cleanup'
  | 'finished_success'
  | 'finished_failure'
  | 'finished_cleanup';

/** Where a transfer's image can be reached, from the session's start to its end. */
export interface TransferSession {
  readonly ticketId: string;
  /** In 4.3 alone. */
  readonly signedTicket?: string;
  readonly daemonUrl: string;
  readonly proxyUrl: string;
  /** Virtual milliseconds at which the daemon forgets the ticket unless it is extended. */
  endsAt: number;
}

export interface TransferRow {
  readonly id: string;
  readonly diskId: string;
  /** The volume whose bytes are moved: the disk's, or that of one of its snapshots. */
  readonly volumeId: string;
  readonly direction: 'upload' | 'download';
  readonly format: 'raw' | 'cow';
  /** The request named the format: bytes are then the guest's, whatever the volume's own format is. */
  readonly converts: boolean;
  /** Real seconds without a client at work; 0 is for ever. */
  readonly inactivityTimeout: number;
  readonly wantedHostId: string | undefined;
  readonly user: string;
  readonly correlationId: string;
  readonly startedAt: number;
  phase: TransferPhase;
  hostId?: string | undefined;
  session?: TransferSession | undefined;
  active: boolean;
  /** Bytes; nothing until the engine has asked the daemon. */
  transferred?: number | undefined;
  /** An extension has failed once. */
  strained?: boolean | undefined;
  outcome?: 'succeeded' | 'cancelled' | 'failed';
  /** Virtual time of its last word. */
  endedAt?: number | undefined;
}

export const pausedPhases = new Set<TransferPhase>(['paused_system', 'paused_user']);
const endedPhases = new Set<TransferPhase>(['finished_success', 'finished_failure', 'finished_cleanup']);

/** Transfers that have not ended. */
export const openTransfers = (db: EngineDatabase): TransferRow[] =>
  [...db.transfers.values()].filter((row) => !endedPhases.has(row.phase));

/** True while a transfer holds the disk. */
export const inTransfer = (db: EngineDatabase, diskId: string): boolean =>
  openTransfers(db).some((row) => row.diskId === diskId);

/** True while bytes of the domain's disks are moved; paused transfers count as nothing here. */
export const movesImages = (db: EngineDatabase, domain: { readonly id: string }): boolean =>
  openTransfers(db).some(
    (row) => /^(transferring|resuming|finalizing_)/.test(row.phase) && db.disks.get(row.diskId)?.domainId === domain.id,
  );
