import { restoreSnapshot } from '../commands/previews.ts';
import { createSnapshot, removeSnapshot } from '../commands/snapshots.ts';
import type { SnapshotRow } from '../database/snapshots.ts';
import type { VmRow } from '../database/vms.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { complete, created, many, one, removed } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { part } from '../wire/values.ts';
import { seenVm, vmOfPath } from './disk-attachments.ts';
import { diskResource } from './disks.ts';
import { settingsEntity } from './vm-document.ts';
import { nicResource } from './vm-nics.ts';

/** The VM as it was then; what it is displayed with is not kept. */
function vmEntity(call: Call, vm: VmRow, settings: Entity): Entity {
  const shown = settingsEntity({ db: call.db, allContent: false }, vm, settings);
  const { type, ...display } = part(shown, 'display') ?? {};
  return {
    ...shown,
    id: vm.id,
    name: vm.name,
    creation_time: vm.createdAt,
    display,
    next_run_configuration_exists: false,
    origin: 'ovirt',
    status: 'down',
    ...(vm.stoppedAt === undefined ? {} : { stop_time: vm.stoppedAt }),
    cluster: { id: vm.clusterId },
  };
}

const snapshotResource = (call: Call, vm: VmRow, row: SnapshotRow, fresh = false): Resource => ({
  type: 'snapshot',
  service: 'snapshot',
  path: `/vms/${vm.id}/snapshots/${row.id}`,
  linkless: row.type === 'active',
  ...(fresh ? {} : { plain: 'vm' }),
  entity: {
    date: row.date,
    description: row.description,
    persist_memorystate: row.memory,
    snapshot_status: row.status,
    snapshot_type: row.type,
    ...(row.configuration ? { vm: fresh ? { id: vm.id } : vmEntity(call, vm, row.configuration.settings) } : {}),
  },
});

function existing(call: Call): { vm: VmRow; row: SnapshotRow } {
  const vm = vmOfPath(call);
  const row = vm.snapshots.find((each) => each.id === call.route.ids[1]);
  if (!row) throw unknownId();
  return { vm, row };
}

export const snapshots: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const vm = seenVm(call);
    return many(
      'snapshot',
      vm.snapshots.map((row) => snapshotResource(call, vm, row)),
    );
  },
  add: (call) => {
    const vm = vmOfPath(call);
    return created(snapshotResource(call, vm, createSnapshot(call, vm), true));
  },
};

export const snapshot: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { vm, row } = existing(call);
    return one(snapshotResource(call, vm, row));
  },
  remove: (call) => {
    const { vm, row } = existing(call);
    return removed(call, removeSnapshot(call, vm, row));
  },
  restore: async (call) => {
    const { vm, row } = existing(call);
    await restoreSnapshot(call, vm, row);
    return complete();
  },
};

/** The disks in that state: each with the volume that holds it. */
export const snapshotDisks: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const { vm, row } = existing(call);
    const images = [...row.images].flatMap(([id, volume]) => {
      const disk = call.db.disks.get(id);
      return disk ? [diskResource(call, { ...disk, imageId: volume })] : [];
    });
    return many(
      'disk',
      images.map((each) => ({
        ...each,
        service: 'snapshot_disk',
        path: `/vms/${vm.id}/snapshots/${row.id}${each.path}`,
        entity: { ...each.entity, snapshot: { id: row.id } },
      })),
    );
  },
};

export const snapshotNics: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const { vm, row } = existing(call);
    return many(
      'nic',
      (row.configuration?.nics ?? vm.nics).map((nic) => ({
        ...nicResource(vm, nic),
        service: 'snapshot_nic',
        path: `/vms/${vm.id}/snapshots/${row.id}/nics/${nic.id}`,
      })),
    );
  },
};
