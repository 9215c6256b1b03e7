/**
 * doctor/ looks at everything that runbooks rely on and changes nothing. One file per area; each says what it found and,
 * where something is missing, what mends it. This file: what a finding is.
 */
import { messageOf } from '../failure.ts';

export interface Finding {
  /** The kind of check: `temporal.retention`, `host.clock`. */
  readonly id: string;
  /** What was looked at: a server, a host, a field of the inventory. */
  readonly subject: string;
  readonly state: 'ok' | 'problem' | 'notChecked';
  /** What was seen; for `notChecked`, why nobody looked. */
  readonly what: string;
  readonly fix?: string;
}

/** The fix where a check needs a secret that cannot be had here. */
export const GIVE_SECRET = 'Make the secret available to this command as to the worker';

export const ok = (id: string, subject: string, what: string): Finding => ({ id, subject, state: 'ok', what });

export const problem = (id: string, subject: string, what: string, fix: string): Finding => ({
  id,
  subject,
  state: 'problem',
  what,
  fix,
});

export const notChecked = (ids: readonly string[], subject: string, why: string): Finding[] =>
  ids.map((id) => ({ id, subject, state: 'notChecked', what: why }));

/** Looks for so many seconds at most; what does not answer is a problem, and so is what nobody foresaw. */
export async function limited(
  id: string,
  subject: string,
  seconds: number,
  look: (signal: AbortSignal) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const over = new AbortController();
  const tooLate = problem(id, subject, `no answer within ${seconds} seconds`, `Look whether ${subject} hangs`);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => {
      over.abort(new Error(tooLate.what));
      resolve([tooLate]);
    }, seconds * 1000);
  });
  try {
    return await Promise.race([look(over.signal), late]);
  } catch (error) {
    return [problem(id, subject, `looking ended with: ${messageOf(error)}`, 'Report this: the check itself failed')];
  } finally {
    clearTimeout(timer);
  }
}
