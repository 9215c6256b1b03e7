import { Context } from '@temporalio/activity';
import { OperatorError } from '../../failures/operator-error.ts';
import { type TellInput, tell } from '../notify/tell.ts';
import type { OperationInput } from '../operation.ts';
import { type LoadSiteInput, loadSite } from '../run/load-site.ts';
import { askForLocks, type ClosedRunsInput, closedRuns, lockedRuns } from '../run/locks.ts';
import { lookAtWindow, type WindowQuestion } from '../run/look-at-window.ts';
import { type WriteReportInput, writeReport } from '../run/write-report.ts';
import { apply } from './apply.ts';
import { check } from './check.ts';
import { openContext, type RuntimeContext } from './context.ts';
import type { AnyOperation, Params } from './decide.ts';
import { follow } from './follow.ts';
import { redactResult } from './redact-result.ts';
import type { ActivityServices } from './services.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';

type Verb = (context: RuntimeContext, params: Params, input: OperationInput) => Promise<unknown>;
export type ActivityFunction = (input: never) => Promise<unknown>;

/**
 * The functions that a worker registers: `<operation>.check` and `.apply`, for followed ones `.start`, `.follow` and
 * `.stop` in place of `.apply`; and the run's own.
 */
export function createActivities(
  operations: Readonly<Record<string, object>>,
  services: ActivityServices,
): Record<string, ActivityFunction> {
  const activities: Record<string, ActivityFunction> = {
    loadSite: (input: LoadSiteInput) => loadSite(services, input),
    lookAtWindow: (question: WindowQuestion) => lookAtWindow(services, question),
    tell: (input: TellInput) => tell(services, input),
    lookAtFirings: ({ schedule }: { schedule: string }) => services.schedules.firings(schedule),
    askForLocks,
    closedRuns: (input: ClosedRunsInput) => closedRuns(services, input),
    lockedRuns,
    writeReport: (input: WriteReportInput) => writeReport(services, input),
  };
  for (const [name, operation] of Object.entries(operations)) {
    for (const [verb, act] of Object.entries(verbs(named(name, operation)))) {
      activities[`${name}.${verb}`] = async (input: OperationInput) => {
        const params = parameters(operation as AnyOperation, input);
        return redactResult(await act(await openContext(services, input.step), params, input));
      };
    }
  }
  return activities;
}

function verbs(operation: AnyOperation): Record<string, Verb> {
  const firstTry = () => Context.current().info.attempt === 1;
  const looking: Verb = (context, params, { step }) => check(operation, context, params, step);
  if (operation.followed !== true) {
    return {
      check: looking,
      apply: (context, params, { step }) => apply(operation, context, params, step, firstTry()),
    };
  }
  return {
    check: looking,
    start: (context, params, { step }) => start(operation, context, params, step, firstTry()),
    follow: (context, params, { step }) => follow(operation, context, params, step),
    stop: (context, params, { step }) => stop(operation, context, params, step),
  };
}

/** The key of the registry is what workflows call; a name of its own would lead their reader astray. */
function named(key: string, operation: object): AnyOperation {
  const known = operation as AnyOperation;
  if (known.name !== key) throw new OperatorError('Bug', `operation ${key} calls itself ${known.name}`);
  return known;
}

function parameters({ name, on }: AnyOperation, input: OperationInput): Params {
  const { host } = input.params as Params;
  if (on === undefined && typeof host !== 'string') {
    throw new OperatorError('Bug', `${name} was called without the name of a host`);
  }
  return input.params as Params;
}
