import type { End, RunHandle } from '../support/run.ts';
import { brief } from '../support/run.ts';
import { judge } from './judge.ts';
import type { Kind } from './kinds.ts';
import type { Lane } from './lane.ts';
import { describePoint } from './points.ts';
import type { Reference } from './reference.ts';
import { type Blow, idsOf, strike } from './strike.ts';
import { limitOf, whatCameOf, withinLimit } from './wait.ts';

export interface CaseResult {
  /** One for each blow, the same in every run of the loop. */
  readonly ids: readonly string[];
  readonly story: string;
  readonly kind: Kind;
  readonly at: string;
  readonly blows: number;
  /** `succeeded`, `parked`, or what else came of it. */
  readonly end: string;
  /** What was not as it must be; none: the case has passed. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

/** Interrupts one run and judges what came of it. */
export async function runCase(lane: Lane, blow: Blow, reference: Reference): Promise<CaseResult> {
  const { story } = reference;
  const { kind, points } = blow;
  const began = performance.now();
  const problems: string[] = [];
  let end: End = { type: 'not started', message: '' };
  let run: RunHandle | undefined;
  const { control } = lane.stack;
  try {
    await lane.prepare(story);
    const since = await control.now();
    const struck = strike(lane, story, blow, (started) => {
      run = started;
    });
    await withinLimit(struck, 'the point was not reached', limitOf(reference, points.length));
    if (run === undefined) throw new Error('no run was started');
    end = await withinLimit(whatCameOf(run), 'the run came to no end', limitOf(reference));
    for (const { kind: fault, hits } of await control.faults()) {
      if (hits === 0) problems.push(`${fault} met nothing: the run was not interrupted`);
    }
    await control.releaseAll();
    problems.push(...(await judge({ lane, kind, points, run, end, since, reference })));
    problems.push(...(await control.state()).defects.map((defect) => `the lab is broken: ${defect}`));
  } catch (error) {
    problems.push(withCause(error));
    if (run !== undefined) problems.push(JSON.stringify(await lastSeen(run)));
    // What its worker is still at must not meet the next case.
    await lane.stack.worker.kill9();
  } finally {
    await control.releaseAll();
    await run?.handle.terminate('the case is over').catch(() => undefined);
  }
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const at = points.map(describePoint).join('; ');
  return {
    ids: idsOf(story, blow),
    story: story.name,
    kind,
    at,
    blows: points.length,
    end: end.type,
    problems,
    seconds,
  };
}

/** What fetch says of a failure is in its cause only. */
function withCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${withCause(error.cause)}`;
}

async function lastSeen(run: RunHandle): Promise<unknown> {
  try {
    if (await run.closed()) {
      const { type, message } = await run.end();
      return { type, message };
    }
    return brief(await run.status());
  } catch (error) {
    return String(error);
  }
}
