import { attachStorageDomain as definition } from '../runbooks/attach-storage-domain.ts';
import type { Report } from './contract.ts';
import { saveEngine } from './procedures/save-engine.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Makes a data domain and attaches it; rolled back, it is detached and removed, in this order. What its LUN held before is
 * lost in either case, and asked for; what lies in an export beside the domain is not. (article, section 10)
 */
export async function attachStorageDomain(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { name, dataCenter = run.site.engine.dataCenter } = run.input;
    const place = { name, dataCenter };
    const seen = await run.preflight(`Check the storage of ${name}`, operations.preflightStorageDomain(place));

    const overwrite = seen.content.length > 0;
    const free =
      seen.beside.length === 0 ? 'nothing: the storage is empty' : 'nothing: the domain gets a directory of its own';
    // The engine refuses a LUN in use unless it is told to overwrite.
    const kept = seen.looked ? free : 'nothing that is in use; nobody has looked at it';
    const known = { known: true, output: seen } as const;
    await run.when(
      known,
      ({ exists }) => !exists,
      `storage domain ${name} exists`,
      async () => {
        const backup = await saveEngine(run, true);
        await run.approval(`Create the storage domain ${name}`, {
          show: {
            Storage: seen.storage,
            Hosts: seen.hosts.join(', '),
            'Will be destroyed': overwrite ? seen.content.join('; ') : kept,
            ...(seen.beside.length > 0 && { 'Stays as it is': seen.beside.join(', ') }),
            'Backup of the engine': backup,
          },
          ...(overwrite && { typed: name }),
        });
      },
    );
    const created = await run.step(
      `Create the storage domain ${name}`,
      operations.createStorageDomain({ ...place, overwrite, held: seen.held }),
      { typical: '2 minutes', undoTypical: '2 minutes' },
    );
    const attached = await run.step(`Attach ${name} to ${dataCenter}`, operations.attachStorageDomain(place), {
      typical: '2 minutes',
      undoTypical: '2 minutes',
    });
    await run.check(`Verify the storage domain ${name}`, operations.verifyStorageDomain(place), {
      typical: '1 minute',
      needs: [created, attached],
    });
  });
}
