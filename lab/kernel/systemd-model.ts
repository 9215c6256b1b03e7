/** Interfaces of systemd: units with their jobs, and the journal. */

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
