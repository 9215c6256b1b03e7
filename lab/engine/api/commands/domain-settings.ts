import type { DomainRow } from '../database/storage-domains.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, number, text } from '../wire/values.ts';

/** What a client may set of a domain whatever it lies on; what the body does not name stays. */
export const domainSettings = (body: Entity, before: DomainRow): Partial<DomainRow> => ({
  description: text(body, 'description') ?? before.description,
  comment: text(body, 'comment') ?? before.comment,
  backup: flag(body, 'backup') ?? before.backup,
  wipeAfterDelete: flag(body, 'wipe_after_delete') ?? before.wipeAfterDelete,
  discardAfterDelete: flag(body, 'discard_after_delete') ?? before.discardAfterDelete,
  warningLowSpace: number(body, 'warning_low_space_indicator') ?? before.warningLowSpace,
  criticalSpace: number(body, 'critical_space_action_blocker') ?? before.criticalSpace,
});

export function refuseTakenName(call: Call, doing: 'add' | 'edit', name: string, self?: DomainRow): void {
  const taken = [...call.db.storageDomains.values()].some((row) => row !== self && row.name === name);
  if (taken) throw refused(409, `Cannot ${doing} Storage. The Storage Domain name is already in use.`);
}
