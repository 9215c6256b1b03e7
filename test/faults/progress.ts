import { spell } from '../../reports/duration.ts';
import type { CaseResult } from './case.ts';

interface Share {
  planned: number;
  readonly results: CaseResult[];
}

/** How far the loop is, and how long what is planned will take. */
export class Progress {
  private readonly stories = new Map<string, Share>();

  /** @param lanes how many cases go on at a time */
  constructor(private readonly lanes: number) {}

  plan(story: string, cases: number): void {
    this.stories.set(story, { planned: cases, results: [] });
  }

  done(result: CaseResult): void {
    this.stories.get(result.story)?.results.push(result);
  }

  /** "17 of 160, 2 wrong, 41 min left"; stories that nobody has looked at yet are not counted. */
  words(): string {
    const shares = [...this.stories.values()];
    const results = shares.flatMap((share) => share.results);
    const planned = shares.reduce((sum, share) => sum + share.planned, 0);
    const wrong = results.filter(({ problems }) => problems.length > 0).length;
    const seconds = shares.reduce(
      (sum, share) => sum + (share.planned - share.results.length) * usual(share, results),
      0,
    );
    const left = results.length > 0 && results.length < planned ? [`${minutes(seconds / this.lanes)} left`] : [];
    return [`${results.length} of ${planned}`, ...(wrong > 0 ? [`${wrong} wrong`] : []), ...left].join(', ');
  }
}

/** Seconds that a case of the story takes; of one that has not begun, as the others. */
function usual({ results }: Share, others: readonly CaseResult[]): number {
  const known = results.length > 0 ? results : others;
  return known.reduce((sum, { seconds }) => sum + seconds, 0) / known.length;
}

function minutes(seconds: number): string {
  return spell(Math.ceil(seconds / 60) * 60_000);
}
