import { PORTAL_GROUP, sessionsOf } from '../../../kernel/iscsi.ts';
import { inUse } from '../../../ovirt/vdsm/block-domain.ts';
import type { IscsiSession, LabHost, Lun, LunPath } from '../../../types.ts';
import { machineAt } from '../database/database.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { many, one, queryFlag } from '../routing/call.ts';
import { ApiFault, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';

const GiB = 1024 ** 3;

/** How the host came to an iSCSI LUN: the first of its sessions. */
const wayTo = ({ portal: { address, port }, target, credentials }: IscsiSession): Entity => ({
  address,
  port,
  portal: `${address}:${port},${PORTAL_GROUP}`,
  target: target.iqn,
  ...(credentials.username === undefined ? {} : { username: credentials.username }),
});

/** One LUN as vdsm lists it for a host, with what the engine knows of it. Whether it is in use takes a test of each. */
function lunResource(call: Call, host: string, machine: LabHost, lun: Lun, paths: readonly LunPath[]): Resource {
  const session = sessionsOf(machine).find(({ target }) => target.luns.includes(lun));
  const tested = queryFlag(call.query, 'report_status') ?? true;
  const domain = [...call.db.storageDomains.values()].find((row) => row.lun === lun.wwid);
  const unit = {
    id: lun.wwid,
    discard_max_size: 0,
    discard_zeroes_data: false,
    lun_mapping: lun.number,
    paths: paths.filter((path) => path.up).length,
    product_id: lun.product,
    serial: `S${lun.vendor.trim()}_${lun.product}_${lun.wwid.slice(-8)}`,
    size: Math.floor(lun.size / GiB) * GiB,
    ...(tested ? { status: inUse(lun) ? 'used' : 'free' } : {}),
    ...(domain ? { storage_domain_id: domain.id } : {}),
    vendor_id: lun.vendor.trim(),
    ...(lun.group ? { volume_group_id: lun.group.uuid } : {}),
    ...(session ? wayTo(session) : {}),
  };
  return {
    type: 'host_storage',
    service: 'storage',
    path: `/hosts/${host}/storage/${lun.wwid}`,
    entity: { logical_units: [unit], type: session ? 'iscsi' : 'fcp', host: { id: host } },
  };
}

function luns(call: Call): Resource[] {
  const row = call.db.hosts.get(call.route.ids[0] ?? '');
  if (!row) throw unknownId();
  const machine = machineAt(call.lab, row.address);
  if (!vdsmAnswers(machine)) {
    throw new ApiFault(400, 'Operation Failed', 'Network error during communication with the Host.', true);
  }
  return machine
    .luns()
    .filter(({ paths }) => paths.some((path) => path.up))
    .map(({ lun, paths }) => lunResource(call, row.id, machine, lun, paths));
}

export const hostStorage: Readonly<Record<string, Handler>> = {
  list: (call) => many('host_storage', luns(call)),
};

export const storage: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const found = luns(call).find((lun) => lun.path.endsWith(`/${call.route.ids[1]}`));
    if (!found) throw unknownId();
    return one(found);
  },
};
