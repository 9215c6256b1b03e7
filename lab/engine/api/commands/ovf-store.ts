import { tell, userName } from '../database/events.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import { storageTimes } from './storage-times.ts';

/** Lets the descriptions of the VMs with disks on a domain be written there; what they say the lab does not keep. */
export function updateOvfStore(call: Call, row: DomainRow): void {
  const { lab, db, run, correlationId } = call;
  if (row.dataCenterId === undefined) {
    throw refused(400, "Data Center doesn't exist.");
  }
  const user = userName(call.user);
  run.inBackground(async () => {
    await run.sleep(storageTimes.ovfUpdate);
    const text = `OVF_STORE for domain ${row.name} was updated by ${user}.`;
    tell(lab, db, { code: 199, correlationId, user, storageDomain: { id: row.id, name: row.name }, text });
  });
}
