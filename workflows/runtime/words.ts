import type { Finding } from '../contract.ts';

/** A finding as an operator reads it: what is wrong, then what puts it right. */
export function findingText({ what, fix }: Finding): string {
  return `${sentence(what)} ${sentence(fix)}`;
}

export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  return stop(trimmed.charAt(0).toUpperCase() + trimmed.slice(1));
}

/** Ends a sentence that may have its full stop already; its beginning may be a name. */
export function stop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
