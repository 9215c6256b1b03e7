import { OperatorError } from '../../failures/operator-error.ts';
import { limited, readAll } from '../host/read-all.ts';
import type { Decision, OperationContext } from '../operation.ts';
import { lookPatiently } from '../runtime/look-patiently.ts';

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

/** A connection that broke off once is made anew with the next look. */
const PATIENCE = { seconds: 60, every: 10 };

/** Which boot a host runs; undefined when it has not answered for a while. */
export function bootOfPatiently(context: OperationContext, host: string): Promise<string | undefined> {
  return lookPatiently(
    context,
    PATIENCE,
    () => bootOf(context, host),
    (bootId) => (bootId === undefined ? `looking again: ${bootWords(host, bootId)}` : undefined),
  );
}

export function bootWords(host: string, bootId: string | undefined): string {
  return bootId === undefined ? `${host} does not answer` : `${host} runs boot ${bootId}`;
}

/** Without the boot that is to end its end could not be proven. */
export function unknownBoot(host: string): Decision<never, never> {
  const what = `${host} does not answer, so the end of its boot could not be proven`;
  return { state: 'refused', changes: [], evidence: [], findings: [{ what, fix: 'Look at its network and sshd' }] };
}
