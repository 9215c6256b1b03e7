import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import { tell } from '../database/events.ts';

/** Virtual seconds from the choice of a host until it leads the pool. */
const ELECTION = 12;

export type DataCenterStatus = 'up' | 'contend' | 'problematic';

export function dataCenterStatus(db: EngineDatabase): DataCenterStatus {
  if (db.spm.state === 'spm') return 'up';
  return db.spm.state === 'contending' ? 'contend' : 'problematic';
}

/** Takes the lead from a host that is no longer up and gives it to another: the one with the highest priority. */
export function electSpm(lab: Lab, db: EngineDatabase): void {
  const { spm } = db;
  const now = lab.clock.now();
  const holder = spm.hostId === undefined ? undefined : db.hosts.get(spm.hostId);
  const mayHold = holder?.status === 'up' || (holder?.status === 'connecting' && spm.state === 'spm');
  if (!mayHold) {
    if (spm.state === 'spm') {
      tell(lab, db, {
        code: 980,
        text: `Invalid status on Data Center ${db.image.dataCenter}. Setting status to Non Responsive.`,
      });
    }
    const next = [...db.hosts.values()]
      .filter((row) => row.status === 'up' && row.spmPriority >= 0)
      .sort((a, b) => b.spmPriority - a.spmPriority)[0];
    Object.assign(spm, { hostId: next?.id, state: next ? 'contending' : 'none', since: now });
    return;
  }
  if (spm.state !== 'contending' || now - spm.since < ELECTION * 1000 || !holder) return;
  spm.state = 'spm';
  tell(lab, db, {
    code: 204,
    host: holder,
    text: `Storage Pool Manager runs on Host ${holder.name} (Address: ${holder.address}), Data Center ${db.image.dataCenter}.`,
  });
}
