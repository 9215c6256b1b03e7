import { runningOn } from '../../../ovirt/engine-vm.ts';
import { clusterOf } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { ownSettings } from '../database/engine-vm.ts';
import { engineHost, engineVm, vmStatus } from '../database/placement.ts';
import { BLANK } from '../database/templates.ts';
import type { VmRow } from '../database/vms.ts';
import { guestReport } from '../monitor/guest-agents.ts';
import type { Call, Resource } from '../routing/call.ts';
import { queryFlag } from '../routing/call.ts';
import type { Entity } from '../wire/values.ts';

/** What the API shows about any VM, the engine's own included. */
export interface Shown {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly clusterId: string;
  readonly origin: string;
  readonly settings: Entity;
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  readonly host?: HostRow | undefined;
  readonly fqdn?: string | undefined;
  /** What else its guest agent tells. */
  readonly guest?: Entity | undefined;
  /** The row of a managed VM; the engine's own has none. */
  readonly row?: VmRow;
}

function own(call: Call): Shown {
  const { lab, db } = call;
  const record = runningOn(lab)?.record;
  return {
    ...engineVm(db, lab),
    status: db.engineVmMigratingTo === undefined ? 'up' : 'migrating',
    clusterId: db.engineClusterId,
    origin: 'managed_hosted_engine',
    settings: ownSettings(db),
    createdAt: Math.floor(db.createdAt),
    startedAt: Math.floor(record?.startedAt ?? db.createdAt),
    host: engineHost(lab, db),
    fqdn: db.image.fqdn,
  };
}

export function managed(call: Call, row: VmRow): Shown {
  const { lab, db } = call;
  const report = guestReport(lab, db, row);
  return {
    ...row,
    status: vmStatus(lab, db, row),
    origin: 'ovirt',
    host: row.hostId === undefined ? undefined : db.hosts.get(row.hostId),
    fqdn: report?.fqdn,
    guest: report?.entity,
    row,
  };
}

export const allVms = (call: Call): Shown[] => [
  own(call),
  ...[...call.db.vms.values()].map((row) => managed(call, row)),
];

/** Only a read of all content shows these; the OVF document is not among them. */
const onlyInAll = ['console', 'rng_device', 'soundcard_enabled', 'virtio_scsi'];

/** Settings in the form of a document. */
export function settingsEntity(
  call: Pick<Call, 'db' | 'allContent'>,
  { clusterId, madeFrom, templateId }: Pick<VmRow, 'clusterId' | 'madeFrom' | 'templateId'>,
  settings: Entity,
): Entity {
  const shown = Object.entries(settings).filter(([name]) => call.allContent || !onlyInAll.includes(name));
  return {
    ...Object.fromEntries(shown),
    large_icon: { id: call.db.iconIds.large },
    small_icon: { id: call.db.iconIds.small },
    cpu_profile: { id: clusterOf(call.db, { clusterId }).cpuProfileId },
    original_template: { id: madeFrom ?? BLANK },
    template: { id: templateId ?? BLANK },
    quota: { id: call.db.quotaId },
  };
}

export const vmReference = (vm: { id: string }): Resource => ({
  type: 'vm',
  service: 'vm',
  path: `/vms/${vm.id}`,
  entity: {},
});

export function vmResource(call: Call, vm: Shown): Resource {
  const isDown = vm.status === 'down' || vm.status === 'suspended' || vm.status === 'image_locked';
  const next = queryFlag(call.query, 'next_run') === true ? vm.row?.nextRun : undefined;
  return {
    ...vmReference(vm),
    entity: {
      name: vm.name,
      ...settingsEntity(call, vm.row ?? vm, next ?? vm.settings),
      creation_time: vm.createdAt,
      next_run_configuration_exists: vm.row?.nextRun !== undefined,
      origin: vm.origin,
      status: vm.status,
      ...(!isDown && vm.startedAt !== undefined ? { start_time: vm.startedAt } : {}),
      ...(isDown && vm.stoppedAt !== undefined ? { stop_time: vm.stoppedAt } : {}),
      ...(!isDown && vm.row?.runOnce ? { run_once: true } : {}),
      ...(isDown ? {} : { fqdn: vm.fqdn, ...vm.guest }),
      cluster: { id: vm.clusterId },
      ...(vm.host && !isDown ? { host: { id: vm.host.id } } : {}),
    },
  };
}
