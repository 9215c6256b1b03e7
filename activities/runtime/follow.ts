import { Context } from '@temporalio/activity';
import type { ApplyResult, StepRef } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { type AnyOperation, hostOf, lookAndDecide, type Params, result } from './decide.ts';
import { conclude, fail, settle } from './follow-end.ts';
import { progressOf, report } from './progress.ts';
import { endedUnseen } from './start.ts';
import { Unit } from './unit.ts';
import { CHUNK_BYTES } from './unit-look.ts';
import { unitPlace } from './unit-name.ts';
import { pollInterval, wait } from './waiting.ts';

const DEFAULT_LIMIT_SECONDS = 2 * 3600;

/**
 * Watches the unit to its end from wherever the last follower left off, then verifies. Leaves the unit's name free,
 * its log on the host and in the artifacts. Ends at once when cancelled, or when the worker
 * stops: the unit goes on.
 */
export async function follow(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  step: StepRef,
): Promise<ApplyResult> {
  const unit = new Unit(hostOf(context, params), unitPlace(operation.name, step));
  const limitSeconds = operation.limitSeconds ?? DEFAULT_LIMIT_SECONDS;
  const tail = new Tail(operation, unit);
  for (;;) {
    const seen = await unit.look({ byte: tail.cursor });
    tail.take(seen.chunk);
    const more = seen.chunk.length === CHUNK_BYTES;
    if (seen.exit !== undefined && !more) return conclude(operation, context, params, unit, seen.exit);
    if (seen.exit === undefined && !seen.running) {
      const found = await confirmEnded(operation, context, params, unit);
      if (found !== undefined) return found;
    }
    if (seen.running && (seen.runsForSeconds ?? 0) > limitSeconds) {
      await unit.stop();
      const minutes = Math.round(limitSeconds / 60);
      throw await fail(context, unit, 'CommandStopped', `did not end within ${minutes} minutes and was stopped`);
    }
    if (!more) await wait(pollInterval(context.scale, 150, 2000), context.signal);
  }
}

/**
 * Throws what became of a unit that shows no end and no process; one look more, lest a moment's state be believed.
 * Where the wished state is there all the same, that is the result: its work was done, or nothing was left to do.
 */
async function confirmEnded(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  unit: Unit,
): Promise<ApplyResult | undefined> {
  await wait(pollInterval(context.scale, 150, 1000), context.signal);
  const seen = await unit.look();
  if (seen.exit !== undefined || seen.running) return undefined;
  const error = endedUnseen(unit, seen.marker, seen.bootId);
  // After a reboot there is nothing to take back: secrets lie in /run.
  if (error.type === 'CommandStopped') await unit.runAlways();
  const decision = await lookAndDecide(operation, context, params);
  if (seen.logSize === undefined) {
    if (decision.state !== 'already') throw error;
    return result([], decision);
  }
  if (decision.state !== 'already') throw await fail(context, unit, error.type, error.message, error.details);
  const { commands, log } = await settle(context, unit);
  const evidence = [...decision.evidence, `without consequence: ${error.message}`];
  return { ...result(commands, { ...decision, evidence }), log };
}

/** Reads the newest output as it comes: where it is, what stage it tells of. */
class Tail {
  cursor: number;
  private text = '';
  private readonly decoder = new TextDecoder();

  constructor(
    private readonly operation: AnyOperation,
    unit: Unit,
  ) {
    const before = progressOf(Context.current());
    this.cursor = before.unit === unit.place.unit ? (before.cursor ?? 0) : 0;
    report({ unit: unit.place.unit, cursor: this.cursor });
  }

  take(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.cursor += chunk.length;
    this.text = (this.text + this.decoder.decode(chunk, { stream: true })).slice(-CHUNK_BYTES);
    const stage = this.operation.stage?.(this.text);
    const line = this.text.split('\n').findLast((candidate) => candidate.trim() !== '');
    // The line that names the stage says nothing more: people would read the same title twice.
    const isStage = line !== undefined && stage !== undefined && this.operation.stage?.(line) === stage;
    report({
      cursor: this.cursor,
      ...(stage !== undefined && { stage }),
      ...(line !== undefined && { line: isStage ? undefined : line.trim().slice(0, 300) }),
    });
  }
}
