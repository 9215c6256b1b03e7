import { operations, type Run } from '../runtime/index.ts';

/** A backup of the last hour is as good as a new one: neither a run that begins anew nor the next part of a whole takes a second. */
const FRESH_MINUTES = 60;

/**
 * Saves the engine with its own tool and fetches what it saved, before something is done that only a backup takes back.
 * Gives what an approval says of it: a run without a way into the engine VM, or without an engine that runs, saves
 * nothing.
 */
export async function saveEngine(run: Run, engineRuns: boolean): Promise<string> {
  const host = 'engine' as const;
  if (run.site.engine.login !== true) {
    return 'none by this run: the inventory does not say how to log in to the engine VM (engine.ssh with its hostKey); there: engine-backup --mode=backup --file=FILE --log=LOG';
  }
  if (!engineRuns) return 'none by this run: the engine VM does not run';
  const saved = await run.step('Save the engine', operations.backUpEngine({ host, freshMinutes: FRESH_MINUTES }), {
    typical: '3 minutes',
  });
  const fetched = await run.check('Fetch the backup of the engine', operations.fetchEngineBackup({ host }), {
    typical: '2 minutes',
    needs: [saved],
  });
  if (!saved.known && !fetched.known) return 'taken and fetched before this is asked, unless that was skipped';
  return fetched.known ? 'taken, and kept with the report of this run' : 'not fetched: that step was skipped';
}
