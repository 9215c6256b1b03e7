import { createDataCenter as definition } from '../runbooks/create-data-center.ts';
import type { Report } from './contract.ts';
import { approveChange } from './procedures/approve-change.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Makes a data center with shared storage; rolled back, a new one is removed and a changed one is as before.
 * (article, section 6)
 */
export async function createDataCenter(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { name = run.site.engine.dataCenter } = run.input;
    const wish = operations.createDataCenter({ name });
    const found = await run.preflight(`Compare the data center ${name}`, wish);
    await approveChange(run, `data center ${name}`, found);
    await run.step(`Create the data center ${name}`, wish);
  });
}
