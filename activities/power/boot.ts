import { OperatorError } from '../../failures/operator-error.ts';
import { limited, readAll } from '../host/read-all.ts';
import type { OperationContext } from '../operation.ts';

/** Which boot a host runs; undefined while it does not answer. */
export async function bootOf(context: OperationContext, host: string): Promise<string | undefined> {
  try {
    const { boot } = await readAll(context.host(host), {
      boot: limited(['cat', '/proc/sys/kernel/random/boot_id']),
    });
    return boot.text.trim();
  } catch (error) {
    if (error instanceof OperatorError && ['HostUnreachable', 'OutcomeUnknown'].includes(error.type)) return undefined;
    throw error;
  }
}
