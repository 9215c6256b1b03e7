/** The systemd journal of a host; kept over reboots, as with persistent storage. */
import type { LabHost } from '../types.ts';
import type { SystemJournal, SystemJournalEntry } from './model.ts';

const kept = 5000;

export class HostJournal implements SystemJournal {
  readonly entries: SystemJournalEntry[] = [];
  readonly #host: LabHost;

  constructor(host: LabHost) {
    this.#host = host;
  }

  log(entry: { identifier: string; message: string; pid?: number; unit?: string; priority?: number }): void {
    this.entries.push({
      at: this.#host.date().getTime(),
      identifier: entry.identifier,
      pid: entry.pid ?? 1,
      ...(entry.unit !== undefined ? { unit: entry.unit } : {}),
      priority: entry.priority ?? 6,
      message: entry.message,
      bootId: this.#host.boot.id,
    });
    if (this.entries.length > kept) this.entries.splice(0, this.entries.length - kept);
  }
}
