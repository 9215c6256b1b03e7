import { ALL_RUNS } from '../../workflows/contract.ts';
import { usage } from '../failure.ts';
import { connect } from '../temporal.ts';
import type { LabSettings, Stack } from './record.ts';

/** What a reset of a lab can change while its process goes on. */
const RESETTABLE: readonly string[] = ['preset', 'hosts'];

/** A lab that runs is not turned into another one: runs may be at work on it. */
export function refuseOtherLab(
  { lab = {}, fresh = false }: { readonly lab?: Partial<LabSettings>; readonly fresh?: boolean },
  runs: LabSettings | undefined,
): void {
  if (runs === undefined) return;
  const differs = Object.entries(lab).find(
    ([name, value]) => value !== runs[name as keyof LabSettings] && !(fresh && RESETTABLE.includes(name)),
  );
  if (differs === undefined) return;
  const [name, value] = differs;
  const now = runs[name as keyof LabSettings] ?? 'its own choice';
  throw usage(`the lab runs already with ${name} ${now}, not ${value}: end it first with "npx runbook down".`);
}

/** A worker that runs keeps its inventory and its server. */
export function refuseOtherWorker(
  before: Stack | undefined,
  wished: { inventory: string; address: string | undefined },
): void {
  if (before === undefined) return;
  const serves = before.inventory ?? before.lab?.inventory;
  if (serves !== undefined && serves !== wished.inventory) {
    throw usage(
      `the worker runs already with inventory ${serves}, not ${wished.inventory}: end it first with "npx runbook down".`,
    );
  }
  if (wished.address !== undefined && wished.address !== before.temporal.address) {
    throw usage(
      `the worker runs already for Temporal at ${before.temporal.address}, not ${wished.address}: end it first with "npx runbook down".`,
    );
  }
}

/**
 * Open runs were begun for the datacentre of the inventory that was served before;
 * a worker with another inventory would go on with them on the wrong hosts.
 */
export async function refuseForeignRuns(
  temporal: Stack['temporal'],
  served: string | undefined,
  inventory: string,
): Promise<void> {
  if (served === undefined || served === inventory) return;
  const { connection, client } = await connect(temporal);
  try {
    const open = [];
    for await (const run of client.workflow.list({
      query: `${ALL_RUNS} AND ExecutionStatus = "Running"`,
    })) {
      open.push(run.workflowId);
    }
    if (open.length === 0) return;
    throw usage(
      `runs are open that were begun with inventory ${served} (${open.slice(0, 5).join(', ')}), and a worker with ${inventory} would go on with them: finish them with "npx runbook up --inventory ${served}", or keep the two apart by another RUNBOOK_HOME.`,
    );
  } finally {
    await connection.close();
  }
}
