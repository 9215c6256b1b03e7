/**
 * The engine's own eyes: it looks at its hosts every few seconds and moves their statuses on, elects the host that
 * leads the storage pool, and notices VMs that have ended.
 * This file: one look at everything.
 */
import { runningOn } from '../../../ovirt/engine-vm.ts';
import type { Lab } from '../../../types.ts';
import { settleDisks } from '../commands/disk-tasks.ts';
import { restartFailed } from '../commands/restart-vms.ts';
import type { EngineDatabase } from '../database/database.ts';
import { databaseOf } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { abandonJobs, purgeJobs } from '../database/jobs.ts';
import { engineHost } from '../database/placement.ts';
import type { EngineRun } from '../run.ts';
import { currentRun } from '../run.ts';
import { watchHost } from './hosts.ts';
import { retryNetworks } from './required-networks.ts';
import { settleSnapshots } from './snapshots.ts';
import { electSpm } from './spm.ts';
import { settleStorage, watchStorage } from './storage.ts';
import { watchTransfers } from './transfers.ts';
import { treatNonResponsive } from './treatment.ts';
import { watchVms } from './vms.ts';

/** Virtual seconds between two looks. */
const INTERVAL = 3;

export interface LiveEngine {
  readonly run: EngineRun;
  readonly db: EngineDatabase;
}

/** An engine that has just started settles what its former life left behind. */
function settle(lab: Lab, db: EngineDatabase, run: EngineRun): void {
  abandonJobs(lab, db);
  db.previousEngineHostId = db.engineHostId;
  for (const row of db.hosts.values()) {
    if (row.status === 'installing') row.status = 'install_failed';
    if (row.status === 'reboot' || row.status === 'kdumping') row.status = 'non_responsive';
    row.treated = undefined;
  }
  for (const vm of db.vms.values()) vm.launching = undefined;
  for (const template of db.templates.values()) template.status = 'ok';
  settleStorage(db);
  settleSnapshots(lab, db);
  settleDisks(lab, db);
  tell(lab, db, { code: 1, text: 'Starting oVirt Engine.' });
  restartFailed({ lab, db, run });
}

/** The engine as it is now, with the database of the disk it runs from; undefined while it does not answer. */
export function liveEngine(lab: Lab): LiveEngine | undefined {
  const current = currentRun(lab);
  const image = runningOn(lab)?.record.image;
  if (!current || !image) return undefined;
  const db = databaseOf(lab, image);
  if (current.fresh) settle(lab, db, current.run);
  return { run: current.run, db };
}

function look(lab: Lab): void {
  const engine = liveEngine(lab);
  if (!engine) return;
  const { db, run } = engine;
  for (const row of db.hosts.values()) watchHost(lab, db, row);
  watchStorage(lab, db);
  retryNetworks(lab, db);
  electSpm(lab, db);
  watchVms(lab, db, run);
  watchTransfers({ lab, db, run });
  treatNonResponsive(lab, db, run);
  db.engineHostId = engineHost(lab, db)?.id ?? db.engineHostId;
  purgeJobs(lab, db);
}

/** Looks until it is told to stop. */
export function startMonitoring(lab: Lab): () => void {
  let cancel: () => void = () => undefined;
  const next = (): void => {
    cancel = lab.clock.after(INTERVAL, () => {
      look(lab);
      next();
    });
  };
  next();
  return () => cancel();
}
