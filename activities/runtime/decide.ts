import { diagnose } from '../../diagnoses/index.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { ApplyResult, Change, Decision, Finding, Operation } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import type { HostAccess } from './host-access.ts';
import { patience, SETTLING_POLL } from './patience.ts';
import { renderCommand } from './render-command.ts';
import { pollInterval, wait } from './waiting.ts';

/** Any operation of the registry, once its types are behind it. */
export type AnyOperation = Operation<Params, unknown, unknown, Change>;
export type AnyDecision = Decision<unknown, Change>;
export interface Params {
  /** The host that commands run on; an operation on the engine may name one, or none. */
  readonly host?: string;
}

/** The host that an operation's commands run on. */
export function hostOf(context: RuntimeContext, { host }: Params): HostAccess {
  if (host === undefined) throw new OperatorError('Bug', 'commands were to run on a host, and none was named');
  return context.host(host);
}

/** Looks and decides, once; a cancelled activity looks no more. */
export async function lookAndDecide(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
): Promise<AnyDecision> {
  context.signal.throwIfAborted();
  return operation.decide(await operation.look(context, params), params, context);
}

/** Ends the step before it changes anything, because the world is not as the operation needs it. */
export function refuse(operation: AnyOperation, params: Params, decision: AnyDecision): OperatorError {
  const findings = decision.findings ?? [];
  const why =
    findings.map((finding) => finding.what).join('; ') || decision.evidence.join('; ') || 'no reason was given';
  return new OperatorError('PreconditionFailed', `${operation.title(params)}: ${why}`, {
    details: { findings: findings.map(plain), lines: [...decision.evidence] },
  });
}

/**
 * Looks until the wished state is there. Only this makes a step done.
 * @throws VerificationFailed naming what is still missing when the settling time is over, or at once when what was begun
 * has ended badly
 */
export function verify(operation: AnyOperation, context: RuntimeContext, params: Params): Promise<AnyDecision> {
  return lookUntil(operation, context, params, ({ state }) => state === 'already');
}

/** Looks until a decision is as wanted; throws as `verify` does. */
export async function lookUntil(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  wanted: (decision: AnyDecision) => boolean,
): Promise<AnyDecision> {
  const host = operation.on !== undefined ? undefined : hostOf(context, params);
  const timeIsOver = patience(operation.settleSeconds ?? 0, context.scale, host);
  for (;;) {
    const decision = await lookAndDecide(operation, context, params);
    if (wanted(decision)) return decision;
    throwIfFailed(operation, params, decision);
    if (await timeIsOver()) throw unverified(operation, params, decision);
    context.progress(
      decision.awaits ?? `${operation.title(params)}: not yet as wished; ${missing(decision)[0] ?? 'looking again'}`,
    );
    await wait(pollInterval(context.scale, ...SETTLING_POLL), context.signal);
  }
}

/** Ends the step with what the world says about the bad end of what this step began. */
export function throwIfFailed(
  operation: AnyOperation,
  params: Params,
  { failed, evidence }: AnyDecision,
  said: readonly string[] = [],
): void {
  if (failed === undefined) return;
  const lines = [...said, ...(failed.lines.length > 0 ? failed.lines : evidence)];
  const diagnosis = diagnose([failed.what, ...lines].join('\n'));
  throw new OperatorError('VerificationFailed', `${operation.title(params)}: ${failed.what}`, {
    details: {
      lines,
      ...(diagnosis && { diagnosis: diagnosis.id }),
      ...(failed.fix !== undefined && { findings: [{ what: failed.what, fix: failed.fix }] }),
    },
  });
}

/** A refusal of the engine, with the known failure that it tells of. */
export function diagnosed(refused: OperatorError): OperatorError {
  const diagnosis = diagnose(refused.message);
  if (diagnosis === undefined) return refused;
  const details = { ...refused.details, diagnosis: diagnosis.id };
  return new OperatorError(refused.type, refused.message, { details, cause: refused });
}

function unverified(operation: AnyOperation, params: Params, decision: AnyDecision): OperatorError {
  const lines = [...missing(decision), ...decision.evidence.map((line) => `seen: ${line}`)];
  const why = decision.state === 'underWay' ? 'not over in time' : 'changed without an error, but not verified';
  return new OperatorError(
    'VerificationFailed',
    `${operation.title(params)}: ${why}: ${missing(decision).join('; ') || 'the wished state is not there'}`,
    { details: { lines, findings: (decision.findings ?? []).map(plain) } },
  );
}

function missing(decision: AnyDecision): string[] {
  const findings = (decision.findings ?? []).map((finding) => finding.what);
  if (findings.length > 0) return findings;
  if (decision.state === 'underWay') return decision.awaits === undefined ? [] : [decision.awaits];
  return decision.changes
    .filter((change) => !('always' in change) || change.always !== true)
    .map((change) => `still to do: ${renderCommand(change)}`);
}

function plain({ what, fix }: Finding): { what: string; fix: string } {
  return { what, fix };
}

/** What a step did and what its last look saw. */
export function result(
  commands: readonly string[],
  decision: Pick<AnyDecision, 'evidence' | 'output' | 'leaves'>,
): ApplyResult {
  const { evidence, output, leaves } = decision;
  return { commands, evidence, ...(output !== undefined && { output }), ...(leaves && { leaves }) };
}
