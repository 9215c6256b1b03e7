import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { DecisionView, Waiting } from '../../workflows/contract.ts';
import type { RunHandle } from '../support/run.ts';

const NAME = 'the operator';
/** Between two looks at what the run waits for. */
const PAUSE_MS = 200;

/**
 * Answers the questions of a run as people do: reads in its memo what it waits for, types what is to be typed, says yes.
 * Whether an answer has arrived of which a dead server told nothing, the next look tells.
 */
export class Operator {
  /** Title of each question that was seen, by what tells it from the same one asked again. */
  private readonly seen = new Map<string, string>();
  private readonly unheard: string[] = [];
  private readonly work: Promise<void>;
  private gone = false;

  /** @param slowAt id of a question that is not answered before `goOn` */
  constructor(
    private readonly run: RunHandle,
    private slowAt?: string,
  ) {
    this.work = this.attend().catch((error) => void this.unheard.push(`the operator has left: ${error}`));
  }

  /** Ids of the questions, each as often as it was asked. */
  get asked(): readonly string[] {
    return [...this.seen.keys()].map((key) => key.slice(0, key.indexOf(' ')));
  }

  /** Returns when the question is asked that is not answered yet. */
  async hesitates(): Promise<void> {
    while (this.slowAt !== undefined && !this.asked.includes(this.slowAt)) await delay(PAUSE_MS);
  }

  goOn(): void {
    this.slowAt = undefined;
  }

  /** Nothing is answered any more. */
  async leave(): Promise<void> {
    this.gone = true;
    await this.work;
  }

  /** Answers that were refused, and questions of which the run has not recorded exactly one answer. */
  problems(decisions: readonly DecisionView[]): string[] {
    const asked = [...this.seen.values()];
    const answered = decisions.filter(({ by }) => by === NAME).map(({ what }) => what.replace(/^approved: /, ''));
    const times = (titles: readonly string[], title: string) => titles.filter((one) => one === title).length;
    const wrong = [...new Set([...asked, ...answered])].filter(
      (title) => times(asked, title) !== times(answered, title),
    );
    return [
      ...this.unheard,
      ...wrong.map(
        (title) => `"${title}" asked ${times(asked, title)} times, approved ${times(answered, title)} times`,
      ),
    ];
  }

  private async attend(): Promise<void> {
    while (!this.gone) {
      try {
        if (await this.run.closed()) return;
        // A run that no worker has begun yet has no record.
        const waiting = (await this.run.record())?.waiting;
        if (waiting?.kind === 'approval') await this.answer(waiting);
      } catch (error) {
        // The server that was killed comes back; a run that has closed meanwhile takes no answer.
        if (!(error instanceof ServiceError || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
      }
      await delay(PAUSE_MS);
    }
  }

  private async answer({ id, title, since, answer, typed }: Waiting): Promise<void> {
    this.seen.set(`${id} ${since}`, title);
    if (id === this.slowAt) return;
    try {
      await this.run.decide({ ...answer, ...(typed !== undefined && { typed }), by: NAME });
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      if (await this.run.closed()) return;
      this.unheard.push(`an answer to "${title}" was refused: ${error.cause?.message ?? error.message}`);
    }
  }
}
