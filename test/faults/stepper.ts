import type { JournalEntry, LabControl } from '../support/lab-control.ts';
import type { RunHandle } from '../support/run.ts';
import { essence, type Point, type SeenCommand } from './points.ts';

/** Journal texts of SSH commands; those of processes end with their pid. */
const COMMANDS = '^(?![^]*\\(pid \\d+\\)$)';
const PATIENCE_SECONDS = 2;
/** How the journal tells that a command is held. */
const HELD = 'hold-before at: ';

/**
 * Lets a run go on from one SSH command to the next, each held on the host, and tells which activity sent it.
 * Commands that an activity sends side by side count as one: while the first is held, the others go on.
 */
export class Stepper {
  private gate: string | undefined;
  private readonly counts = new Map<string, number>();

  private constructor(
    private readonly control: LabControl,
    private readonly host: string,
    private last: number,
  ) {}

  /** Holds from the next command on; to be armed before the run begins. */
  static async arm(control: LabControl, host: string): Promise<Stepper> {
    const stepper = new Stepper(control, host, await control.now());
    stepper.gate = await stepper.hold();
    return stepper;
  }

  /** The next command, held before it runs; undefined when the run has closed. */
  async next(run: RunHandle): Promise<SeenCommand | undefined> {
    const entry = await this.nextEntry(run);
    if (entry === undefined) return undefined;
    this.last = entry.n;
    const text = entry.text.slice(HELD.length);
    const [activity] = await run.pendingActivities();
    if (activity === undefined) throw new Error(`no activity is at work, but ${this.host} was sent: ${text}`);
    const ordinal = (this.counts.get(activity.id) ?? 0) + 1;
    this.counts.set(activity.id, ordinal);
    return { activity: activity.id, type: activity.type, ordinal, text };
  }

  /** Lets the held command run; the next one is held. */
  async go(): Promise<void> {
    const before = this.gate;
    // The new hold first, so that nothing slips through.
    this.gate = await this.hold();
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

  /** Nothing is held any more. */
  async disarm(): Promise<void> {
    if (this.gate !== undefined) await this.control.release(this.gate);
    this.gate = undefined;
  }

  private hold(): Promise<string> {
    return this.control.fault({ target: this.host, kind: 'hold-before', match: COMMANDS, times: 1 });
  }

  private async nextEntry(run: RunHandle): Promise<JournalEntry | undefined> {
    for (;;) {
      const entries = await this.control.journal(this.last, PATIENCE_SECONDS);
      const entry = entries.find(
        ({ kind, target, text }) => kind === 'fault' && target === this.host && text.startsWith(HELD),
      );
      if (entry !== undefined) return entry;
      this.last = entries.at(-1)?.n ?? this.last;
      if (entries.length === 0 && (await run.closed())) return undefined;
    }
  }
}

/** The command that a point is at. An activity that came to its end with fewer commands has passed it. */
export function isAt(point: Point): (command: SeenCommand) => boolean {
  return ({ activity, ordinal, text }) => {
    if (activity !== point.activity) return Number(activity) > Number(point.activity);
    return point.text === undefined ? ordinal === point.ordinal : essence(text) === point.text;
  };
}

/** Matches exactly this SSH command. */
export function exactly(text: string): string {
  return `^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
}
