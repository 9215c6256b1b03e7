import { attachStorageDomain as definition } from '../runbooks/attach-storage-domain.ts';
import type { Report } from './contract.ts';
import { saveEngine } from './procedures/save-engine.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Makes a data domain and attaches it; rolled back, it is detached and removed, in this order. What its LUN held before is
 * lost in either case, and asked for. In an export nothing is ever lost: what lies beside the domain stays, and rolled back,
 * so do the domain's files. Hosts log in to an iSCSI target before, because none of them sees its LUN otherwise.
 * (article, section 10)
 */
export async function attachStorageDomain(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { name, dataCenter = run.site.engine.dataCenter } = run.input;
    const place = { name, dataCenter };
    const first = await run.preflight(`Check the storage of ${name}`, operations.preflightStorageDomain(place));
    const logins = [];
    for (const host of first.logins ?? []) {
      const title = `Log ${host} in to the target of ${name}`;
      logins.push(await run.step(title, operations.loginIscsiTarget({ name, host }), { typical: '1 minute' }));
    }
    const found =
      logins.length === 0
        ? ({ known: true, output: first } as const)
        : await run.check(`Check the LUN of ${name}`, operations.preflightStorageDomain({ ...place, loggedIn: true }), {
            needs: logins,
            once: true,
          });
    // In a plan, what a LUN carries that no host sees yet is not known.
    const seen = found.known ? found.output : first;
    const overwrite = seen.content.length > 0;
    const beside = seen.beside ?? [];
    const kept =
      beside.length === 0 ? 'nothing: the storage is empty' : 'nothing: the domain gets a directory of its own';
    await run.when(
      found,
      ({ exists }) => !exists,
      `storage domain ${name} exists`,
      async () => {
        const backup = await saveEngine(run, true);
        await run.approval(`Create the storage domain ${name}`, {
          show: {
            Storage: seen.storage,
            Hosts: seen.hosts.join(', '),
            'Will be destroyed': overwrite ? seen.content.join('; ') : kept,
            ...(beside.length > 0 && { 'Stays as it is': beside.join(', ') }),
            'Backup of the engine': backup,
          },
          ...(overwrite && { typed: name }),
        });
      },
    );
    const created = await run.step(
      `Create the storage domain ${name}`,
      operations.createStorageDomain({ ...place, overwrite, held: seen.held }),
      { typical: '2 minutes', undoTypical: '2 minutes', needs: [found] },
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
