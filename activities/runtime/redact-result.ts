import { redact } from '../../connectors/secrets.ts';

/** Masks secrets in every text of a value that is to be kept in the history. */
export function redactResult<T>(value: T): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map(redactResult) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactResult(inner)])) as T;
}
