import type { OperationContext } from '../operation.ts';

export interface Patience {
  /** How long at most, and how often, before scaling. */
  readonly seconds: number;
  readonly every: number;
}

/**
 * Looks again and again until what was seen will do, or patience is over, and gives what it saw last.
 * `wanting` says in a line of progress why it will not do yet; undefined: it does.
 */
export async function lookPatiently<Facts>(
  context: Pick<OperationContext, 'pause' | 'progress'>,
  { seconds, every }: Patience,
  look: () => Promise<Facts>,
  wanting: (facts: Facts) => string | undefined,
): Promise<Facts> {
  for (let waited = 0; ; waited += every) {
    const facts = await look();
    const line = wanting(facts);
    if (line === undefined || waited >= seconds) return facts;
    context.progress(line);
    await context.pause(every);
  }
}

/** The first of these findings, after the word for what is done about it. */
export function firstOf(words: string, findings: readonly { readonly what: string }[]): string | undefined {
  const [finding] = findings;
  return finding === undefined ? undefined : `${words}: ${finding.what}`;
}
