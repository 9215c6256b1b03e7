import { dataCenterOf, spmStatus } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';

/** Takes the storage pool's lead from the host that has it and lets this one contend for it. */
export function forceSelectSpm(call: Call, row: HostRow): void {
  const { lab, db, correlationId } = call;
  const dataCenter = dataCenterOf(db, row);
  if (row.status !== 'up' || !dataCenter) {
    throw refused(409, `Cannot force select SPM. The Host ${row.name} is not active.`);
  }
  if (spmStatus(db, row) !== 'none') {
    throw refused(409, `Cannot force select SPM. The Host ${row.name} is already SPM or contending.`);
  }
  Object.assign(dataCenter.spm, { hostId: row.id, state: 'contending', since: lab.clock.now() });
  const user = userName(call.user);
  tell(lab, db, {
    code: 159,
    host: row,
    correlationId,
    user,
    text: `Host ${row.name} was force selected by ${user}`,
  });
  lab.changed(`SPM role to ${row.name}`);
}
