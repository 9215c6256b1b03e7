/** Data domains on LUNs, of Fibre Channel and of iSCSI. */
import { uuid } from '../../../ovirt/ids.ts';
import { createBlockDomain, domainOn, inUse, sees } from '../../../ovirt/vdsm/block-domain.ts';
import type { TargetAddress } from '../../../ovirt/vdsm/iscsi-servers.ts';
import type { LabHost, Lun } from '../../../types.ts';
import { tell, userName } from '../database/events.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { dropUnused } from '../database/storage-connections.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { newDomain } from '../database/storage-domains.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { ApiFault, incomplete, notModelled, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, part, text } from '../wire/values.ts';
import { domainSettings, refuseTakenName } from './domain-settings.ts';
import { keepSessions, logHostIn, targetIn } from './iscsi.ts';
import { storageTimes } from './storage-times.ts';

type SanType = 'fcp' | 'iscsi';

/** What vdsm says, in the engine's words, about a LUN that holds something or cannot be reached. */
const DEVICE =
  'Physical device initialization failed. Please check that the device is empty and accessible by the host.';

interface WantedLun {
  readonly id: string;
  /** The target that the host has to log in to first. */
  readonly at?: TargetAddress;
}

/** WWIDs of a body: beside the storage's type, or within its volume group. */
export function wantedLuns(storage: Entity): WantedLun[] {
  const given = storage.logical_units ?? part(storage, 'volume_group')?.logical_units;
  const units = isList(given) ? given.filter(isEntity) : [];
  return units.map((unit) => {
    const id = text(unit, 'id');
    if (!id) throw incomplete('LogicalUnit [id] required for add');
    const [address, target] = [text(unit, 'address'), text(unit, 'target')];
    if ((address === undefined) !== (target === undefined)) {
      throw incomplete(`LogicalUnit [${address === undefined ? 'address' : 'target'}] required for add`);
    }
    return { id, ...(target === undefined ? {} : { at: targetIn(unit) }) };
  });
}

/** LUNs that the engine knows as those of a domain, with its name. */
function checkFree(call: Call, wwids: readonly string[]): void {
  const taken = [...call.db.storageDomains.values()].filter(({ lun }) => lun !== undefined && wwids.includes(lun));
  if (taken.length === 0) return;
  const list = taken.map((domain) => `${domain.lun} (${domain.name})`).join(', ');
  throw refused(409, `Cannot add Storage. The following LUNs are already part of existing storage domains: ${list}.`);
}

/** The LUN as vdsm on the host would take it: it has to reach it, and find it idle, and empty unless it may overwrite. */
function usableLun(host: LabHost, wwid: string, override: boolean): Lun {
  const lun = host.lab.luns.find((one) => one.wwid === wwid);
  const open = lun?.group?.volumes.some((volume) => volume.active.has(host.name)) === true;
  if (!lun || !sees(host, lun) || open || (inUse(lun) && !override)) throw refused(400, DEVICE);
  return lun;
}

/** Takes a domain in that lies on a LUN already, and that no engine knows. */
function importDomain(call: Call, machine: LabHost, type: SanType, id: string | undefined): DomainRow {
  const { lab, db } = call;
  if (id === undefined) throw incomplete('StorageDomain [id] required for add');
  const known = lab.luns.find((lun) => domainOn(lun)?.id === id && sees(machine, lun));
  const domain = known && domainOn(known);
  if (!known || !domain || db.storageDomains.has(id)) {
    throw new ApiFault(404, 'Operation Failed', `Storage Domain id ${id} Does not exists`, true);
  }
  const row = newDomain({
    ...{ id, name: domain.name, type, lun: known.wwid, connectionIds: keepSessions(call, machine, known) },
    diskProfileId: uuid(lab),
  });
  row.status = 'unattached';
  db.storageDomains.set(id, row);
  return row;
}

/** Makes a domain on a LUN that the host sees, after it has logged in to where the LUN is; or takes in one that is there. */
export async function addSanDomain(
  call: Call,
  worker: () => LabHost,
  type: SanType,
  storage: Entity,
): Promise<DomainRow> {
  const { lab, db, run, body, correlationId } = call;
  const name = text(body, 'name');
  const importing = flag(body, 'import') === true;
  if (name !== undefined && !importing) refuseTakenName(call, 'add', name);
  if (!name && !importing) throw incomplete('StorageDomain [name] required for add');
  const machine = worker();
  const user = userName(call.user);
  const about = { correlationId, user };
  if (importing) {
    const imported = importDomain(call, machine, type, text(body, 'id'));
    const told = `Storage Domain ${imported.name} was added by ${user}`;
    tell(lab, db, { ...about, code: 956, storageDomain: imported, text: told });
    lab.changed(`storage domain ${imported.name} imported`);
    return imported;
  }
  const units = wantedLuns(storage);
  for (const { at } of units) if (type === 'iscsi' && at) await logHostIn(call, machine, at);
  const wwids = units.map(({ id }) => id);
  if (wwids.length === 0) throw refused(400, 'Volume Group (VGs) and Logical Volumes (LVs) are not specified.');
  checkFree(call, wwids);
  const [wwid = ''] = wwids;
  if (wwids.length > 1) throw notModelled('a domain on several LUNs');
  const lun = lab.luns.find((one) => one.wwid === wwid);
  const made = newDomain({
    ...{ id: uuid(lab), name: name ?? '', type, lun: wwid, connectionIds: lun ? keepSessions(call, machine, lun) : [] },
    diskProfileId: uuid(lab),
  });
  Object.assign(made, domainSettings(body, made));
  const job = startJob(lab, db, { description: `Adding SAN Storage Domain ${made.name}`, correlationId });
  db.storageDomains.set(made.id, made);
  try {
    await run.sleep(storageTimes.connect);
    const taken = usableLun(machine, wwid, flag(storage, 'override_luns') === true);
    await run.sleep(storageTimes.createDomain);
    if (!vdsmAnswers(machine) || !sees(machine, taken)) throw refused(400, DEVICE);
    createBlockDomain(machine, taken, { id: made.id, name: made.name });
  } catch (error) {
    db.storageDomains.delete(made.id);
    dropUnused(db, made);
    if (run.ended) throw error;
    const told = `Failed to add Storage Domain ${made.name}. (User: ${user})`;
    tell(lab, db, { ...about, code: 957, text: told });
    endJob(lab, job, 'failed');
    throw error;
  }
  made.status = 'unattached';
  const told = `Storage Domain ${made.name} was added by ${user}`;
  tell(lab, db, { ...about, code: 956, storageDomain: made, text: told });
  endJob(lab, job, 'finished');
  lab.changed(`storage domain ${made.name} on ${wwid}`);
  return made;
}
