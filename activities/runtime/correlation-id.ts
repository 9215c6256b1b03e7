import { createHash } from 'node:crypto';
import type { StepRef } from '../operation.ts';

/**
 * The id by which the engine's events and jobs of a step are found: the same at every retry of an activity, another one
 * at every attempt that an operator or a recovery asked for. A UUID (version 8 of RFC 9562), because the engine cuts
 * ids to 36 characters and drops others than letters, digits, `-` and `_`.
 */
export function correlationId({ run, id, attempt, pass }: StepRef): string {
  // An undo counts its attempts anew.
  const parts = [run, id, String(attempt), ...(pass === 'undo' ? ['undo'] : [])];
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
