import { buildDatacenter as definition } from '../runbooks/build-datacenter.ts';
import type { Report } from './contract.ts';
import { datacenterParts } from './procedures/datacenter-parts.ts';
import { operations, type Result, runbook } from './runtime/index.ts';

/**
 * Builds what the inventory describes, in the order of the article; a part that is there already is found and left.
 * Rolled back, the parts are taken back newest first, each as its own runbook says. (article, section 16)
 */
export async function buildDatacenter(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { atATime = 2, stopAfter = 1 } = run.input;
    await run.preflight('Check the description of the datacentre', operations.checkDescription({}));
    let before: readonly Result<undefined>[] = [];
    for (const stage of datacenterParts(run.site)) {
      const parts = stage.map((part) => ({ ...part, needs: before }));
      before = [await run.children(parts, { limit: atATime, stopAfter })];
    }
  });
}
