import { uuid } from '../../../ovirt/ids.ts';
import { tell, userName } from '../database/events.ts';
import type { MacPoolRow } from '../database/mac-pools.ts';
import type { Call } from '../routing/call.ts';
import { notGiven, refused } from '../wire/fault.ts';
import { flag, isEntity, isList, text } from '../wire/values.ts';

/** Makes a pool of addresses that clusters can be given. */
export function addMacPool(call: Call): MacPoolRow {
  const { lab, db, body, correlationId } = call;
  const name = text(body, 'name');
  if (!name) throw notGiven("Parameter 'pool.name' is mandatory but was not provided.");
  const given = isList(body.ranges) ? body.ranges.filter(isEntity) : [];
  const ranges = given.map((range) => ({ from: text(range, 'from') ?? '', to: text(range, 'to') ?? '' }));
  if (ranges.length === 0) {
    throw refused(400, 'Cannot add MAC Pool. MAC Pool must contain at least one MAC address range.');
  }
  const row: MacPoolRow = {
    id: uuid(lab),
    name,
    description: text(body, 'description') ?? '',
    allowDuplicates: flag(body, 'allow_duplicates') ?? false,
    defaultPool: false,
    ranges,
  };
  db.macPools.set(row.id, row);
  const user = userName(call.user);
  const told = `MAC Pool '${name}' (id=${row.id}) was created. (User: ${user})`;
  tell(lab, db, { code: 10700, correlationId, user, text: told });
  lab.changed(`MAC pool ${name} added`);
  return row;
}

/** Removes a pool that no cluster uses. */
export function removeMacPool(call: Call, row: MacPoolRow): void {
  const { lab, db, correlationId } = call;
  if (row.defaultPool) throw refused(409, 'Cannot remove MAC Pool. Default MAC Pool cannot be removed.');
  const using = [...db.clusters.values()].filter((cluster) => cluster.macPoolId === row.id);
  if (using.length > 0) {
    const names = using.map((cluster) => `\t${cluster.name}`).join('\n');
    throw refused(
      409,
      `Cannot remove MAC Pool. Several Clusters (${using.length}) are using this MAC Pool:\n${names}\n - Please remove it from all Clusters that are using it and try again.`,
    );
  }
  db.macPools.delete(row.id);
  const user = userName(call.user);
  const told = `MAC Pool '${row.name}' (id=${row.id}) was removed. (User: ${user})`;
  tell(lab, db, { code: 10704, correlationId, user, text: told });
  lab.changed(`MAC pool ${row.name} removed`);
}
