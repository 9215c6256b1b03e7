import { OperatorError } from '../../../failures/operator-error.ts';
import { readAll } from '../../host/read-all.ts';
import type { OperationContext } from '../../operation.ts';
import { type EngineState, engineReads, parseEngineState } from '../engine-state.ts';

/** Another host of the inventory, asked whether it has an engine. */
export interface OtherHost {
  readonly name: string;
  readonly engine?: EngineState;
  /** Why it could not be asked. */
  readonly unreachable?: string;
}

export async function lookAtOthers(context: OperationContext, except: string): Promise<readonly OtherHost[]> {
  const names = context.inventory.hosts.map(({ name }) => name).filter((name) => name !== except);
  return Promise.all(
    names.map(async (name) => {
      try {
        return { name, engine: parseEngineState(await readAll(context.host(name), engineReads())) };
      } catch (error) {
        return { name, unreachable: unreachable(error).unreachable.message };
      }
    }),
  );
}

/** What keeps a host from being asked, and is a finding rather than a reason to try again. */
const UNREACHABLE: readonly string[] = ['HostUnreachable', 'HostKeyMismatch', 'AccessDenied', 'SecretMissing'];

/** Turns not getting at a host into a fact; any other error is thrown on. */
export function unreachable(error: unknown): { unreachable: { type: string; message: string } } {
  if (!(error instanceof OperatorError) || !UNREACHABLE.includes(error.type)) throw error;
  return { unreachable: { type: error.type, message: error.message } };
}
