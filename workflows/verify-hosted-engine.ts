import { verifyHostedEngine as definition } from '../runbooks/verify-hosted-engine.ts';
import type { Report } from './contract.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Checks the hosted engine from every host that can run it; changes nothing and asks nobody, so that schedules can run
 * it: what is wrong ends it as failed, finding by finding. (article, sections 4 and 14)
 */
export async function verifyHostedEngine(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { hosts } = run.site;
    const first = hosts.find(({ role }) => role === 'hostedEngine') ?? hosts[0];
    await run.preflight(
      'Check the hosted engine from every host',
      operations.inspectHostedEngine({ host: run.input.host ?? first?.name ?? '' }),
    );
  });
}
