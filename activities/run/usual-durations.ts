import { Context } from '@temporalio/activity';
import { type Usual, usual } from '../../windows/usual.ts';
import { MEMO_RECORD, type RunRecord, runsOf } from '../../workflows/contract.ts';

/** Usual durations by the id of the step. */
export type UsualDurations = Readonly<Record<string, Usual>>;

/** So many of the last runs count: what took long a year ago may be mended. */
const LAST_RUNS = 100;

/**
 * How long the steps of a runbook took in its last runs, by the memos that these left, which every worker sees.
 * Runs at another `timing.scale` were in another world. Where Temporal does not answer, nothing is usual.
 */
export async function usualDurations(runbook: string, timingScale: number): Promise<UsualDurations> {
  const { client, info, log } = Context.current();
  const durations = new Map<string, number[]>();
  const query = `${runsOf(info.taskQueue)} AND WorkflowType = "${runbook}" AND ExecutionStatus != "Running"`;
  let asked = 0;
  try {
    for await (const { memo } of client.workflow.list({ query, pageSize: LAST_RUNS })) {
      const record = memo?.[MEMO_RECORD] as RunRecord | undefined;
      if (record?.took !== undefined && record.timingScale === timingScale) {
        for (const [step, ms] of Object.entries(record.took)) durations.set(step, [...(durations.get(step) ?? []), ms]);
      }
      if (++asked >= LAST_RUNS) break;
    }
  } catch (error) {
    log.warn('the last runs cannot be read: declared durations count', { error });
    return {};
  }
  return Object.fromEntries(
    [...durations].flatMap(([step, all]) => {
      const known = usual(all);
      return known === undefined ? [] : [[step, known]];
    }),
  );
}
