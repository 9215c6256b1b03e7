import { mountMaster } from '../../../ovirt/vdsm/storage-domain.ts';
import type { Lab } from '../../../types.ts';
import type { DataCenterRow } from '../database/data-centers.ts';
import { hostsOf } from '../database/data-centers.ts';
import type { EngineDatabase } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { masterOf, vdsmDomain } from '../database/storage-domains.ts';

/** Virtual seconds from the choice of a host until it leads the pool. */
const ELECTION = 12;

export type DataCenterStatus = 'uninitialized' | 'up' | 'maintenance' | 'contend' | 'problematic';

/** A data center is what its master domain is: without one it has no storage pool yet. */
export function dataCenterStatus(db: EngineDatabase, dataCenter: DataCenterRow): DataCenterStatus {
  const master = masterOf(db, dataCenter);
  if (!master) return 'uninitialized';
  if (master.status !== 'active') return 'maintenance';
  if (dataCenter.spm.state === 'spm') return 'up';
  return dataCenter.spm.state === 'contending' ? 'contend' : 'problematic';
}

/** Takes the lead from a host that is no longer up and gives it to another: the one with the highest priority. */
function elect(lab: Lab, db: EngineDatabase, dataCenter: DataCenterRow): void {
  const { spm } = dataCenter;
  const now = lab.clock.now();
  const hosts = hostsOf(db, dataCenter);
  const holder = hosts.find((row) => row.id === spm.hostId);
  const mayHold = holder?.status === 'up' || (holder?.status === 'connecting' && spm.state === 'spm');
  if (!mayHold) {
    if (spm.state === 'spm') {
      tell(lab, db, {
        code: 980,
        dataCenter,
        text: `Invalid status on Data Center ${dataCenter.name}. Setting status to Non Responsive.`,
      });
    }
    const next = hosts
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
    text: `Storage Pool Manager runs on Host ${holder.name} (Address: ${holder.address}), Data Center ${dataCenter.name}.`,
  });
}

/** Where the pool has a leader, the master's file system is mounted there. */
function mount(lab: Lab, db: EngineDatabase, dataCenter: DataCenterRow): void {
  const master = masterOf(db, dataCenter);
  const domain = master && vdsmDomain(lab, master);
  const leader = dataCenter.spm.state === 'spm' ? db.hosts.get(dataCenter.spm.hostId ?? '') : undefined;
  if (domain) mountMaster(lab, domain, leader && machineAt(lab, leader.address));
}

/** Every storage pool has a host that leads it, as long as its master is active and one of its hosts is up. */
export function electSpm(lab: Lab, db: EngineDatabase): void {
  for (const dataCenter of db.dataCenters.values()) {
    if (masterOf(db, dataCenter)?.status === 'active') elect(lab, db, dataCenter);
    else Object.assign(dataCenter.spm, { hostId: undefined, state: 'none' });
    mount(lab, db, dataCenter);
  }
}
