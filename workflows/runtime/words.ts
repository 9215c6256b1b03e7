import type { Finding } from '../contract.ts';

/** A finding as an operator reads it: what is wrong, then what puts it right. */
export function findingText({ what, fix }: Finding): string {
  return `${stop(what)} ${stop(fix)}`;
}

/** Ends a sentence that may have its full stop already; its beginning may be a name or a command, so it stays. */
export function stop(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
