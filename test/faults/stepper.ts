import type { JournalEntry, LabControl } from '../support/lab-control.ts';
import type { RunHandle } from '../support/run.ts';
import { isChange, runOf, type SeenCommand } from './points.ts';

/** Journal texts of SSH commands and SFTP writes; those of processes end with their pid. */
const COMMANDS = '^(?![^]*\\(pid \\d+\\)$)';
/** Logins come whenever a token is needed, in no fixed place. */
const REQUESTS = '^\\w+ /ovirt-engine/(?!sso/)';
const PATIENCE_SECONDS = 2;
/** How the journal tells that a command is held. */
const HELD = 'hold-before at: ';
const ANSWERED = 'hold-after at: ';

/**
 * Lets a run go on from one command or request to the next, each held where it arrives, and tells which activity sent it.
 * What an activity sends to the same place side by side counts as one: while the first is held, the others go on.
 */
export class Stepper {
  private readonly gates = new Map<string, string>();
  private readonly changes = new Map<string, number>();
  /** The activities that were seen, by their ids. */
  private readonly places = new Map<string, string>();
  private at = '';

  private constructor(
    private readonly control: LabControl,
    private last: number,
  ) {}

  /** Holds from the next command on; to be armed before the run begins. */
  static async arm(control: LabControl, targets: readonly string[]): Promise<Stepper> {
    const stepper = new Stepper(control, await control.now());
    for (const target of targets) await stepper.hold(target);
    return stepper;
  }

  /** The next command, held before it runs; undefined when the run has closed. */
  async next(run: RunHandle): Promise<SeenCommand | undefined> {
    const entry = await this.nextHeld(run);
    if (entry === undefined) return undefined;
    this.last = entry.n;
    this.at = entry.target;
    const { target } = entry;
    const text = entry.text.slice(HELD.length);
    const [activity] = await run.pendingActivities();
    if (activity === undefined) throw new Error(`no activity is at work, but ${target} was sent: ${text}`);
    const { id, type, attempt } = activity;
    const changes = this.changes.get(`${id}/${attempt}`) ?? 0;
    if (isChange({ target, text })) this.changes.set(`${id}/${attempt}`, changes + 1);
    return { id, activity: this.placeOf(id, type), type, target, changes, text };
  }

  private placeOf(id: string, type: string): string {
    const kind = `${runOf(id)}${type} `;
    const before = [...this.places.values()].filter((one) => one.startsWith(kind)).length;
    const place = this.places.get(id) ?? `${kind}${before + 1}`;
    this.places.set(id, place);
    return place;
  }

  /** Lets the held command run; the next one there is held. */
  async go(): Promise<void> {
    const before = this.gates.get(this.at);
    // The new hold first, so that nothing slips through.
    await this.hold(this.at);
    if (before !== undefined) await this.control.release(before);
  }

  /** Steps until the command is held. @throws when the run passes by without it */
  async to(run: RunHandle, wished: (command: SeenCommand) => boolean): Promise<SeenCommand> {
    for (;;) {
      const command = await this.next(run);
      if (command === undefined) throw new Error('the run closed before it came to the point');
      if (wished(command)) return command;
      await this.go();
    }
  }

  /**
   * Lets the held command run and holds its answer. What is held elsewhere meanwhile goes on: the command may need time,
   * which stands still as long as anything is held.
   * @returns the hold, for the caller to release
   */
  async answer({ target, text }: SeenCommand): Promise<string> {
    const hold = await this.control.fault({ target, kind: 'hold-after', match: exactly(text), freeze: true });
    await this.go();
    for (;;) {
      const entry = await this.entry((one) => this.isHeld(one) || one.text.startsWith(ANSWERED));
      if (entry === undefined) continue;
      this.last = entry.n;
      if (!this.isHeld(entry)) return hold;
      this.at = entry.target;
      await this.go();
    }
  }

  /** Nothing is held any more. */
  async disarm(): Promise<void> {
    for (const gate of this.gates.values()) await this.control.release(gate);
    this.gates.clear();
  }

  /** The lab's time stands still meanwhile: what is slow here must not make the datacentre look slow. */
  private async hold(target: string): Promise<void> {
    const match = target === 'engine' ? REQUESTS : COMMANDS;
    this.gates.set(target, await this.control.fault({ target, kind: 'hold-before', match, times: 1, freeze: true }));
  }

  private isHeld({ target, text }: JournalEntry): boolean {
    return this.gates.has(target) && text.startsWith(HELD);
  }

  private async nextHeld(run: RunHandle): Promise<JournalEntry | undefined> {
    for (;;) {
      const entry = await this.entry((one) => this.isHeld(one));
      if (entry !== undefined) return entry;
      if (await run.closed()) return undefined;
      // A run that no worker has begun yet has no record.
      const waiting = (await run.record())?.waiting;
      if (waiting?.kind === 'parked') {
        throw new Error(`the run is parked: ${waiting.title}: ${waiting.reason?.join('\n')}`);
      }
    }
  }

  /** The next word of a fault that is as wished; undefined when it is quiet for a while. */
  private async entry(wished: (entry: JournalEntry) => boolean): Promise<JournalEntry | undefined> {
    for (;;) {
      const entries = await this.control.journal(this.last, PATIENCE_SECONDS);
      const entry = entries.find((one) => one.kind === 'fault' && wished(one));
      if (entry !== undefined || entries.length === 0) return entry;
      this.last = entries.at(-1)?.n ?? this.last;
    }
  }
}

/** Matches exactly this command or request. */
export function exactly(text: string): string {
  return `^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
}
