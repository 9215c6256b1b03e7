import { renderRequest } from '../../connectors/engine/index.ts';
import { commandLine } from '../../connectors/quote.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { Change, EngineRequest, HostChange, ImageSend } from '../operation.ts';

/** The line that plans, approvals and reports show for a change: what is executed, without its secrets. */
export function renderCommand(change: Change): string {
  if ('request' in change) return renderRequest(change);
  if ('send' in change) return renderSend(change);
  const line = commandLine(change.argv);
  if (change.secretStdin !== undefined) {
    return `${line} < (${change.told === undefined ? '' : `${change.told}, the rest `}secret)`;
  }
  if (change.stdin !== undefined) return `${line} < (${Buffer.byteLength(change.stdin)} bytes)`;
  return line;
}

/** What connectors/imageio sends; its address would let anybody write. */
function renderSend({ file, size, sha256 }: ImageSend): string {
  const bytes = `${commandLine([file])} (${size} bytes)`;
  return `PUT {transfer_url}?flush=y < ${bytes}; GET {transfer_url} = sha256:${sha256}`;
}

/** The changes of an operation on a host. */
export function hostChanges(changes: readonly Change[]): readonly HostChange[] {
  return changes.map((change) => {
    if ('request' in change || 'send' in change) throw misplaced(change, 'on a host');
    return change;
  });
}

/** The changes of an operation on the engine. */
export function engineRequests(changes: readonly Change[]): readonly EngineRequest[] {
  return changes.map((change) => {
    if ('request' in change) return change;
    throw misplaced(change, 'on the engine');
  });
}

function misplaced(change: Change, where: string): OperatorError {
  return new OperatorError('Bug', `an operation ${where} wanted to do: ${renderCommand(change)}`);
}
