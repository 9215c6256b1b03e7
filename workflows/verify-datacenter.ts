import { verifyDatacenter as definition } from '../runbooks/verify-datacenter.ts';
import type { Report } from './contract.ts';
import { datacenterParts } from './procedures/datacenter-parts.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Compares the datacentre with what the inventory describes, part by part, and with the rules of the article; changes
 * nothing and asks nobody, so that schedules can run it: what differs ends it as failed, finding by finding.
 * (article, sections 0.4 and 16)
 */
export async function verifyDatacenter(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const [host = ''] = run.site.hosts.filter(({ role }) => role === 'hostedEngine').map(({ name }) => name);
    await run.preflight('Check the description of the datacentre', operations.checkDescription({}));
    await run.inspect('Check the rules for hosts', operations.inspectHosts({ host }));
    await run.inspect('Check the hosted engine from every host', operations.inspectHostedEngine({ host }));
    // Where no engine answers, nothing can be said of what it has.
    const engine = await run.inspect('Check the hosts in the engine', operations.inspectEngineHosts({}));
    const [foundation = [], ...others] = datacenterParts(run.site);
    for (const { title, ...part } of foundation) await run.compare(title, part);
    for (const { title, ...part } of others.flat()) await run.compare(title, part, { needs: [engine] });
  });
}
