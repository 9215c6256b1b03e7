import { iscsiDiscover, iscsiLogin } from '../commands/iscsi.ts';
import type { HostRow } from '../database/database.ts';
import type { Call, Handler } from '../routing/call.ts';
import { complete } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

function byId(call: Call): HostRow {
  const row = call.db.hosts.get(call.route.ids[0] ?? '');
  if (!row) throw unknownId();
  return row;
}

/** The actions of a host that are about iSCSI. */
export const hostIscsi: Readonly<Record<string, Handler>> = {
  iscsi_discover: async (call) => complete(await iscsiDiscover(call, byId(call))),
  iscsi_login: async (call) => {
    await iscsiLogin(call, byId(call));
    return complete();
  },
};
