/** The same activities twice: as steps of a runbook, and called one after the other. */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import * as z from 'zod';
import type { CheckResult, OperationCall, OperationInput, StepRef } from '../activities/operation.ts';
import type { SiteView } from '../activities/run/site.ts';
import { commonInput, type RunbookDefinition } from '../runbooks/definition.ts';
import type { Report } from '../workflows/contract.ts';
import { runbook } from '../workflows/runtime/index.ts';
import type { SettleParams } from './operations.ts';

const Input = z.strictObject({ host: z.string(), steps: z.number().int(), ...commonInput });
type Input = z.infer<typeof Input>;

const definition: RunbookDefinition<Input> = {
  name: 'steps',
  title: 'Steps',
  purpose: 'Measures what a step costs',
  risk: 'low',
  input: Input,
  identity: ['host'],
  example: { host: 'host1', steps: 1 },
  typicalDuration: '1 minute',
  source: 'bench',
};

/** As every runbook is written. */
export async function steps(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    for (let step = 0; step < run.input.steps; step++) {
      const params: SettleParams = { host: run.input.host, run: workflowInfo().runId, step };
      const call: OperationCall = { operation: 'settle', params };
      await run.step(`Settle ${step}`, call);
    }
  });
}

const bare = proxyActivities<{
  loadSite(input: object): Promise<SiteView>;
  writeReport(input: { report: Report }): Promise<unknown>;
  'settle.check'(input: OperationInput): Promise<CheckResult>;
  'settle.apply'(input: OperationInput): Promise<unknown>;
}>({ startToCloseTimeout: '30 minutes', heartbeatTimeout: '10 seconds' });

/** What a runbook does without what the runtime adds: plan, look, change, report. */
export async function bareSteps({ host, steps: count }: Input): Promise<void> {
  const { runId, workflowId } = workflowInfo();
  const site = await bare.loadSite({});
  const input = (step: number, pass: StepRef['pass']): OperationInput => ({
    step: { run: runId, id: `settle-${step}`, title: `Settle ${step}`, attempt: 1, pass },
    params: { host, run: runId, step } satisfies SettleParams,
  });
  for (let step = 0; step < count; step++) await bare['settle.check'](input(step, 'plan'));
  for (let step = 0; step < count; step++) {
    await bare['settle.check'](input(step, 'run'));
    await bare['settle.apply'](input(step, 'run'));
  }
  const at = new Date().toISOString();
  await bare.writeReport({
    report: {
      id: workflowId,
      runId,
      runbook: 'bareSteps',
      title: 'Bare steps',
      phase: 'ended',
      endState: 'succeeded',
      input: { host, steps: count },
      steps: [],
      remains: [],
      decisions: [],
      startedAt: at,
      endedAt: at,
      inventoryDigest: site.digest,
    },
  });
}
