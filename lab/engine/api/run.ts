import { runningOn } from '../../ovirt/engine-vm.ts';
import type { Lab } from '../../types.ts';
import { Sessions } from './sso/sessions.ts';

/** The engine process has ended under a command that it was carrying out. */
export class EngineGone extends Error {}

const KEY = 'engine-run';

/** One life of the engine process, from its start to its end; sessions and running commands end with it. */
export class EngineRun {
  readonly sessions = new Sessions();
  readonly startedAt: number;
  readonly #lab: Lab;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.startedAt = lab.clock.now();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits virtual seconds; rejects with `EngineGone` as soon as the engine ends. */
  async sleep(seconds: number): Promise<void> {
    if (this.#ended) throw new EngineGone();
    await new Promise<void>((resolve, reject) => {
      const over = (): void => {
        cancel();
        reject(new EngineGone());
      };
      const cancel = this.#lab.clock.after(seconds, () => {
        this.#waiting.delete(over);
        resolve();
      });
      this.#waiting.add(over);
    });
  }

  /** Carries a command on behind the answer; it stops where it is when the engine ends. */
  inBackground(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (error instanceof EngineGone) return;
      this.#lab.defect(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
  }

  end(): void {
    this.#ended = true;
    for (const over of this.#waiting) over();
    this.#waiting.clear();
  }
}

/**
 * The engine's present life; undefined while it does not answer. Whoever asks first after a start or an end notices it.
 * A migration of its VM is no end.
 */
export function currentRun(lab: Lab): { run: EngineRun; fresh: boolean } | undefined {
  const known = lab.kept.get(KEY) as EngineRun | undefined;
  if (!runningOn(lab)?.record.engine) {
    known?.end();
    lab.kept.delete(KEY);
    return undefined;
  }
  if (known) return { run: known, fresh: false };
  const run = new EngineRun(lab);
  lab.kept.set(KEY, run);
  return { run, fresh: true };
}
