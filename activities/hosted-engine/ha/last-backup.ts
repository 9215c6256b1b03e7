import { dateOf, daysUntil } from '../../../connectors/certificate.ts';
import { OperatorError } from '../../../failures/operator-error.ts';
import type { OperationContext } from '../../operation.ts';
import { ENGINE_MACHINE } from '../../runtime/host-access.ts';

/** engine-backup writes its end into the engine's events (AuditLogType ENGINE_BACKUP_COMPLETED). */
const COMPLETED = 9025;
/** Modification times of what lies where the tool puts its backups, newest first. */
const NEWEST = "stat -c '%Y %n' /var/lib/ovirt-engine-backup/*.backup 2>/dev/null | sort -rn | head -n 1";

type Asked = Pick<OperationContext, 'engine' | 'host' | 'inventory'>;

/** A sentence, no judgement; `unknown` where nobody could tell. */
export interface LastBackup {
  readonly words: string;
  readonly unknown?: true;
}

/** When the engine was last saved, as far as its events reach, else as the files in the engine VM tell. */
export async function lastBackup(context: Asked): Promise<LastBackup> {
  const told = await fromEvents(context);
  if (typeof told === 'number') return { words: sentence(told) };
  const file = await newestFile(context);
  if (file !== undefined) return { words: file };
  return told instanceof OperatorError
    ? { words: `last backup of the engine: not known (${told.message})`, unknown: true }
    : { words: `last backup of the engine: ${told}` };
}

/** When it ended, in milliseconds; else why nobody knows. */
async function fromEvents(context: Asked): Promise<number | string | OperatorError> {
  try {
    const events = await context.engine().events({ search: `type=${COMPLETED}`, max: 1 });
    const time = events.at(-1)?.time;
    return time === undefined ? 'none in its events, which are kept for 30 days' : Date.parse(time);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return error;
  }
}

async function newestFile({ host, inventory }: Asked): Promise<string | undefined> {
  if (inventory.engine.ssh === undefined) return undefined;
  try {
    const { stdout } = await host(ENGINE_MACHINE).readScript(NEWEST);
    const [, seconds, path] = /^(\d+) (\S+)/.exec(stdout) ?? [];
    return seconds === undefined ? undefined : `${sentence(Number(seconds) * 1000)} (${path} in the engine VM)`;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return undefined;
  }
}

function sentence(at: number): string {
  return `last backup of the engine: ${dateOf(at)}, ${-daysUntil(at) - 1} days ago`;
}
