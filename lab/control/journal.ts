/**
 * The control folder: what tests and demonstrations see of the lab and do to it (state, journal, faults, events, reset).
 * This file: the journal, numbered from 1, with readers that wait for the next entry.
 */
import type { JournalEntry, JournalKind, RecordedEntry } from '../types.ts';

export interface StoredEntry {
  n: number;
  at: string;
  target: string;
  kind: JournalKind;
  text: string;
  /** What a command was sent on its standard input so far. */
  stdin?: string;
  exit?: number;
  status?: number;
}

const kept = 100_000;

export class Journal {
  readonly #entries: StoredEntry[] = [];
  readonly #waiting = new Set<() => void>();
  #next = 1;

  add(entry: { target: string; kind: JournalKind; text: string }): RecordedEntry & { entry: StoredEntry } {
    const stored: StoredEntry = { n: this.#next++, at: new Date().toISOString(), ...entry };
    this.#entries.push(stored);
    if (this.#entries.length > kept) this.#entries.splice(0, this.#entries.length - kept);
    for (const wake of [...this.#waiting]) wake();
    return {
      entry: stored,
      finish: ({ exit, status }) => {
        if (exit !== undefined) stored.exit = exit;
        if (status !== undefined) stored.status = status;
      },
    };
  }

  get last(): number {
    return this.#next - 1;
  }

  since(n: number): readonly JournalEntry[] {
    const first = this.#entries[0]?.n ?? 1;
    return this.#entries.slice(Math.max(0, n + 1 - first));
  }

  /** Entries after n; waits up to the given real seconds for the first one. */
  async wait(n: number, seconds: number): Promise<readonly JournalEntry[]> {
    const now = this.since(n);
    if (now.length > 0 || seconds <= 0) return now;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, seconds * 1000);
      this.#waiting.add(done);
    });
    return this.since(n);
  }

  /** Lets every waiting reader go. */
  close(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
