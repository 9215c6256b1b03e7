import { findOrphanedStates as definition } from '../runbooks/find-orphaned-states.ts';
import type { Report } from './contract.ts';
import { operations, runbook } from './runtime/index.ts';

/** What maintenance may last that a person has set. */
const TOLERATED_HOURS = 8;

/**
 * Finds what dead runs and forgetful people have left: maintenance, disabled firewalls; changes nothing and asks nobody,
 * so that schedules can run it: what is found ends it as failed, state by state.
 */
export async function findOrphanedStates(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    await run.preflight(
      'Compare the datacentre with the runs',
      operations.findOrphanedStates({
        host: run.site.hosts[0]?.name ?? '',
        tolerateHours: run.input.tolerateHours ?? TOLERATED_HOURS,
      }),
    );
  });
}
