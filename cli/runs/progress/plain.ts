import type { StatusView } from '../../../workflows/contract.ts';
import type { Expected } from '../expected.ts';
import { clip, stepLine } from '../words.ts';
import type { Work, Works } from '../work.ts';
import { atWork, doing, innermost, ownerOf, trying } from './at-work.ts';
import type { Progress } from './progress.ts';
import { Told } from './told.ts';

/** For logs: one line with the time for each thing that happens. */
export class PlainProgress implements Progress {
  private readonly told = new Told();
  private last: readonly string[] = [];
  private lastStages: ReadonlyMap<string, string> = new Map();
  /** By owner: what is tried again and again, and the attempt at which that is said once more. */
  private readonly troubles = new Map<string, { readonly why: string; readonly again: number }>();

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(status: StatusView, works: Works = new Map(), expected: Expected = new Map()): void {
    for (const step of this.told.news(status.steps)) this.write(stepLine(step, 200, false), step.endedAt);
    const planning = status.phase === 'planning';
    const steps = status.phase === 'ended' || planning ? [] : atWork(status);
    const now = planning
      ? ['Planning']
      : steps.map((step) => `${doing(step)}${expected.has(step.id) ? ` (${expected.get(step.id)})` : ''}`);
    for (const line of now.filter((line) => !this.last.includes(line))) this.write(`… ${line}`);
    this.last = now;
    const owners = planning ? [''] : innermost(steps).map(ownerOf);
    const stages = new Map(owners.map((owner) => [owner, this.stage(owner, works.get(owner))]));
    for (const [owner, stage] of stages) {
      if (stage === '' || stage === this.lastStages.get(owner)) continue;
      // Of several children at work each says whose line it is.
      const whose = owners.length > 1 ? steps.find(({ id }) => id === owner)?.title : undefined;
      this.write(`    ${clip(whose === undefined ? stage : `${whose}: ${stage}`, 190)}`);
    }
    this.lastStages = stages;
  }

  pause(): void {}

  /** The same trouble is said again when twice as many attempts have met it. */
  private stage(owner: string, work: Work | undefined): string {
    const { trouble } = work ?? {};
    const before = this.troubles.get(owner);
    if (trouble === undefined) {
      this.troubles.delete(owner);
      return work?.stage ?? '';
    }
    if (before?.why === trouble.why && trouble.attempt < before.again) return this.lastStages.get(owner) ?? '';
    this.troubles.set(owner, { why: trouble.why, again: trouble.attempt * 2 });
    return trying(trouble);
  }

  /** What was over before somebody looked has the time at which it was. */
  private write(line: string, at = new Date().toISOString()): void {
    this.stream.write(`${at.slice(11, 19)} ${line}\n`);
  }
}
