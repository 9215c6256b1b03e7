import { basename } from 'node:path';
import { redact } from '../../connectors/secrets.ts';
import { diagnose } from '../../diagnoses/index.ts';
import { type JsonObject, OperatorError } from '../../failures/operator-error.ts';
import type { FailureType } from '../../failures/table.ts';
import type { ApplyResult } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { type AnyOperation, lookAndDecide, type Params, verify } from './decide.ts';
import { decisiveLines } from './decisive-lines.ts';
import type { Unit } from './unit.ts';
import type { UnitExit } from './unit-look.ts';

/** Judges a unit that has ended: its log is kept, the state verified, its name freed. */
export async function conclude(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  unit: Unit,
  exit: UnitExit,
): Promise<ApplyResult> {
  const kept = await keepLog(context, unit);
  const wrong = complaint(operation, exit, kept.text);
  await unit.forget();
  const decision =
    wrong === undefined
      ? await verified(operation, context, params, unit, kept)
      : await lookAndDecide(operation, context, params);
  if (wrong !== undefined && decision.state !== 'already') {
    const type = exit.signal === undefined ? 'CommandFailed' : 'CommandStopped';
    throw failure(unit, type, wrong, kept, { exitCode: exit.code });
  }
  return {
    commands: kept.commands,
    evidence: [...decision.evidence, ...(wrong === undefined ? [] : [`without consequence: ${wrong}`])],
    ...(decision.output !== undefined && { output: decision.output }),
    ...(decision.leaves && { leaves: decision.leaves }),
    log: kept.ref,
  };
}

/** The failure of a unit that did not come to an end of its own; keeps its log and frees its name. */
export async function fail(
  context: RuntimeContext,
  unit: Unit,
  type: FailureType,
  what: string,
  details: JsonObject = {},
): Promise<OperatorError> {
  const kept = await keepLog(context, unit);
  await unit.forget();
  return failure(unit, type, what, kept, details);
}

/** Keeps the log of a unit that did its work without coming to an end of its own, and frees its name. */
export async function settle(
  context: RuntimeContext,
  unit: Unit,
): Promise<Required<Pick<ApplyResult, 'commands' | 'log'>>> {
  const { commands, ref } = await keepLog(context, unit);
  await unit.forget();
  return { commands, log: ref };
}

interface KeptLog {
  readonly text: string;
  readonly commands: readonly string[];
  readonly ref: { readonly path: string; readonly size: number; readonly sha256: string };
}

async function keepLog(context: RuntimeContext, unit: Unit): Promise<KeptLog> {
  const { logSize = 0, commands } = await unit.look();
  const text = redact(await unit.wholeLog(logSize));
  const ref = await context.artifacts.write(`${basename(unit.place.directory)}.log`, text);
  return { text, commands, ref };
}

/** What speaks against success in exit code and output; the verification has the last word. */
function complaint(operation: AnyOperation, exit: UnitExit, log: string): string | undefined {
  if (exit.signal !== undefined) return `was stopped by signal ${exit.signal}`;
  const judged = operation.judge?.({ code: exit.code, log });
  if (judged !== undefined) return judged;
  return exit.code === 0 ? undefined : `ended with exit code ${exit.code}`;
}

async function verified(operation: AnyOperation, context: RuntimeContext, params: Params, unit: Unit, kept: KeptLog) {
  try {
    return await verify(operation, context, params);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.type !== 'VerificationFailed') throw error;
    throw new OperatorError(error.type, error.message, { details: { ...error.details, ...pointers(unit, kept) } });
  }
}

function failure(unit: Unit, type: FailureType, what: string, kept: KeptLog, details: JsonObject): OperatorError {
  const lines = decisiveLines(kept.text);
  const diagnosis = diagnose(kept.text);
  const message = what.includes(unit.place.unit) ? what : `${unit.place.unit} on ${unit.host.name}: ${what}`;
  return new OperatorError(type, message, {
    details: {
      ...details,
      lines,
      ...(diagnosis && { diagnosis: diagnosis.id }),
      ...pointers(unit, kept),
    },
  });
}

function pointers(unit: Unit, kept: KeptLog): JsonObject {
  return { log: { ...kept.ref }, unit: unit.place.unit, host: unit.host.name, logOnHost: unit.place.log };
}
