import { dateOf, daysUntil } from '../../../connectors/certificate.ts';
import { OperatorError } from '../../../failures/operator-error.ts';
import type { OperationContext } from '../../operation.ts';

/** engine-backup writes its end into the engine's events (AuditLogType ENGINE_BACKUP_COMPLETED). */
const COMPLETED = 9025;

/** When engine-backup last came to its end, as far as the engine's events reach: a sentence, no judgement. */
export async function lastBackup(context: OperationContext): Promise<string> {
  try {
    const events = await context.engine().events({ search: `type=${COMPLETED}`, max: 1 });
    const time = events.at(-1)?.time;
    if (time === undefined) return 'last backup of the engine: none in its events, which are kept for 30 days';
    const at = Date.parse(time);
    return `last backup of the engine: ${dateOf(at)}, ${-daysUntil(at) - 1} days ago`;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return `last backup of the engine: not known (${error.message})`;
  }
}
