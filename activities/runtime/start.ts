import { OperatorError } from '../../failures/operator-error.ts';
import type { StartResult, StepRef } from '../operation.ts';
import { begin } from './begin.ts';
import type { RuntimeContext } from './context.ts';
import { type AnyOperation, hostOf, lookAndDecide, type Params, refuse } from './decide.ts';
import { awaitPredecessor, runLocked } from './locked-change.ts';
import { hostChanges, renderCommand } from './render-command.ts';
import { Unit } from './unit.ts';
import { lockPath, unitPlace } from './unit-name.ts';
import { unitScript } from './unit-script.ts';

/**
 * Starts the unit that carries out the changes, unless it was started before or nothing is left to do.
 * Leaves a unit that runs whatever becomes of worker and session.
 * @throws InterruptedByReboot when it was started before, has not done its work, and the host has been rebooted since
 */
export async function start(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  step: StepRef,
  firstTry: boolean,
): Promise<StartResult> {
  const host = hostOf(context, params);
  const unit = new Unit(host, unitPlace(operation.name, step));
  const title = operation.title(params);
  const lock = lockPath(step);
  if (!firstTry) await awaitPredecessor(host, lock);

  const seen = await unit.look();
  const found = { unit: unit.place.unit, bootId: seen.bootId };
  if (seen.exit !== undefined || seen.running) return { ...found, commands: seen.commands };

  const decision = await lookAndDecide(operation, context, params);
  if (seen.logSize !== undefined) {
    // It may have done its work all the same; a reboot is itself such a work.
    if (decision.state === 'already') return { ...found, commands: seen.commands, already: true };
    throw endedUnseen(unit, seen.marker, seen.bootId);
  }
  if (decision.state === 'refused') throw refuse(operation, params, decision);
  if (decision.state === 'already') return { ...found, commands: [], already: true };
  const changes = hostChanges(decision.changes);

  begin(step, firstTry);
  context.progress(`starting unit ${unit.place.unit}: ${title}`);
  // The script first: from then on it is known how to take back what the changes before the unit leave, such as secrets.
  await unit.prepare(unitScript(title, unit.place, changes));
  try {
    for (const change of changes.filter((candidate) => candidate.before === true)) {
      await runLocked(host, lock, change);
    }
    context.signal.throwIfAborted();
    await unit.start(title);
  } catch (error) {
    if (!(error instanceof OperatorError) || !error.retryable) await unit.runAlways().catch(() => undefined);
    throw error;
  }
  return { ...found, commands: changes.map(renderCommand) };
}

/** The script ran, recorded no end, and runs no more. */
export function endedUnseen(unit: Unit, marker: string | undefined, bootId: string): OperatorError {
  const { place, host } = unit;
  const details = { unit: place.unit, host: host.name, logOnHost: place.log };
  if (marker !== undefined && marker !== bootId) {
    return new OperatorError(
      'InterruptedByReboot',
      `unit ${place.unit} on ${host.name}: the host was rebooted before it had ended (started in boot ${marker}, now boot ${bootId})`,
      { details: { ...details, startedInBoot: marker, nowInBoot: bootId } },
    );
  }
  return new OperatorError(
    'CommandStopped',
    `unit ${place.unit} on ${host.name}: it ended without recording an exit code: something outside this run killed it`,
    { details },
  );
}
