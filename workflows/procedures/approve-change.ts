/** workflows/procedures/ holds parts of procedures that several runbooks have in common. */
import type { Differences } from '../../activities/engine/data-center.ts';
import type { Run } from '../runtime/run.ts';

/** Asks before an object that exists already is made otherwise; one that is missing or as wished needs no approval. */
export async function approveChange(run: Run, what: string, found: Differences): Promise<void> {
  const known = { known: true, output: found } as const;
  const differs = ({ differences }: Differences) => differences.length > 0;
  await run.when(known, differs, 'it is missing or as wished', async () => {
    await run.approval(`Change the ${what}`, {
      show: { Object: what, Differences: found.differences.join('; '), Why: 'it exists, but not as it is wished' },
    });
  });
}
