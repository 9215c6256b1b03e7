import { condition, patched } from '@temporalio/workflow';
import { Ending } from './endings.ts';
import { isFailing } from './family.ts';
import type { Together } from './run.ts';
import type { RunState } from './state.ts';

/** Waited for by one that failed, before people are asked about it; what it answers with is called when they have decided. */
export type Turn = () => Promise<() => void>;

/** Left without a word, because the whole run ends. */
class Left extends Error {}

/**
 * Several pieces of work at the same time, never more than `limit`. Those that fail are asked about one after the other,
 * when nothing is at work any more; after `stopAfter` failures no other one begins before that. A child that is parked or
 * taken back is at work, and counts as a failure: what it met, the next one may meet.
 */
export class Group {
  private working = 0;
  private failed = 0;
  /** Not begun yet. */
  private left = 0;
  private over = false;
  /** A run that began with an earlier release goes on as it began. */
  private readonly heedsParked = patched('parked-siblings');
  private ending: unknown;
  /** Who is asked about now; the next one comes behind. */
  private asked: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly state: RunState,
    private readonly how: Together,
  ) {}

  /** @throws what the first one threw, once all others have ended. */
  async run<T>(works: readonly ((turn: Turn) => Promise<T>)[]): Promise<readonly T[]> {
    const results: T[] = [];
    const begun: Promise<void>[] = [];
    const carryOut = async (at: number, work: (turn: Turn) => Promise<T>) => {
      try {
        results[at] = await work(() => this.turn());
      } catch (error) {
        this.leave(error);
      } finally {
        this.working -= 1;
      }
    };
    this.left = works.length;
    for (const [at, work] of works.entries()) {
      await condition(() => this.over || (this.working < this.how.limit && this.begins()));
      if (this.over) break;
      this.left -= 1;
      this.working += 1;
      begun.push(carryOut(at, work));
    }
    await Promise.all(begun);
    if (this.over) throw this.ending;
    return results;
  }

  private async turn(): Promise<() => void> {
    this.failed += 1;
    this.working -= 1;
    let decided = () => {};
    const before = this.asked;
    this.asked = new Promise<void>((resolve) => {
      decided = resolve;
    });
    await before;
    await condition(() => this.over || (this.working === 0 && !this.begins()));
    this.working += 1;
    const leave = () => {
      this.failed -= 1;
      decided();
    };
    if (!this.over) return leave;
    leave();
    throw new Left();
  }

  /** Another one may begin. */
  private begins(): boolean {
    const failing = this.heedsParked ? this.state.children.filter(isFailing).length : 0;
    return this.left > 0 && this.failed + failing < this.how.stopAfter;
  }

  private leave(error: unknown): void {
    if (this.over) return;
    this.over = true;
    this.ending = error;
    const back = error instanceof Ending && error.way !== 'abort' && error.way !== 'keep';
    if (back) for (const child of this.state.children) if (!child.over) child.leave = true;
  }
}
