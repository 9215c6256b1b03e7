import { commandLine } from '../../connectors/quote.ts';
import type { Change } from '../operation.ts';

/** The line that plans, approvals and reports show for a change: what is executed, without its secrets. */
export function renderCommand(change: Change): string {
  const line = commandLine(change.argv);
  if (change.secretStdin !== undefined) return `${line} < (secret)`;
  if (change.stdin !== undefined) return `${line} < (${Buffer.byteLength(change.stdin)} bytes)`;
  return line;
}
