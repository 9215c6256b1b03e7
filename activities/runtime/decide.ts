import { OperatorError } from '../../failures/operator-error.ts';
import type { Decision, Finding, Operation } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { renderCommand } from './render-command.ts';
import { pollInterval, wait } from './waiting.ts';

/** Any operation of the registry, once its types are behind it. */
export type AnyOperation = Operation<{ host: string }, unknown, unknown>;
export interface Params {
  readonly host: string;
}

/** Looks and decides, once; a cancelled activity looks no more. */
export async function lookAndDecide(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
): Promise<Decision> {
  context.signal.throwIfAborted();
  return operation.decide(await operation.look(context, params), params, context);
}

/** Ends the step before it changes anything, because the world is not as the operation needs it. */
export function refuse(operation: AnyOperation, params: Params, decision: Decision): OperatorError {
  const findings = decision.findings ?? [];
  const why =
    findings.map((finding) => finding.what).join('; ') || decision.evidence.join('; ') || 'no reason was given';
  return new OperatorError('PreconditionFailed', `${operation.title(params)}: ${why}`, {
    details: { findings: findings.map(plain), lines: [...decision.evidence] },
  });
}

/**
 * Looks until the wished state is there. Only this makes a step done.
 * @throws VerificationFailed naming what is still missing when the settling time is over
 */
export async function verify(operation: AnyOperation, context: RuntimeContext, params: Params): Promise<Decision> {
  const until = performance.now() + (operation.settleSeconds ?? 0) * context.scale * 1000;
  for (;;) {
    const decision = await lookAndDecide(operation, context, params);
    if (decision.state === 'already') return decision;
    if (performance.now() >= until) throw unverified(operation, params, decision);
    context.progress(`${operation.title(params)}: not yet as wished; ${missing(decision)[0] ?? 'looking again'}`);
    await wait(pollInterval(context.scale, 100, 1000), context.signal);
  }
}

function unverified(operation: AnyOperation, params: Params, decision: Decision): OperatorError {
  const lines = [...missing(decision), ...decision.evidence.map((line) => `seen: ${line}`)];
  return new OperatorError(
    'VerificationFailed',
    `${operation.title(params)}: changed without an error, but not verified: ${missing(decision).join('; ') || 'the wished state is not there'}`,
    { details: { lines, findings: (decision.findings ?? []).map(plain) } },
  );
}

function missing(decision: Decision): string[] {
  const findings = (decision.findings ?? []).map((finding) => finding.what);
  if (findings.length > 0) return findings;
  return decision.changes
    .filter((change) => change.always !== true)
    .map((change) => `still to do: ${renderCommand(change)}`);
}

function plain({ what, fix }: Finding): { what: string; fix: string } {
  return { what, fix };
}
