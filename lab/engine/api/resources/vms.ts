import { findHost } from '../commands/find.ts';
import { cancelMigration, engineMover, migrate, vmMover } from '../commands/migrate.ts';
import { commitPreview, previewSnapshot, undoPreview } from '../commands/previews.ts';
import { endVm, rebootVm, setGlobalMaintenance, startVm, suspendVm } from '../commands/vm-actions.ts';
import { addVm, removeVm, updateVm } from '../commands/vms.ts';
import { clusterOf, dataCenterOf } from '../database/data-centers.ts';
import { tagsOf } from '../database/tags.ts';
import type { VmRow } from '../database/vms.ts';
import { affinityOf } from '../database/vms.ts';
import type { Call, Handler, Reply } from '../routing/call.ts';
import { complete, created, many, one, removed } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { notGiven, refused, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, number, part, text } from '../wire/values.ts';
import type { Shown } from './vm-document.ts';
import { allVms, managed, vmReference, vmResource } from './vm-document.ts';

const fields = (call: Call): Fields<Shown> => ({
  name: (vm) => vm.name,
  id: (vm) => vm.id,
  comment: (vm) => text(vm.settings, 'comment'),
  description: (vm) => text(vm.settings, 'description'),
  memory: (vm) => number(vm.settings, 'memory'),
  status: (vm) => vm.status.replaceAll('_', ''),
  type: (vm) => text(vm.settings, 'type'),
  cluster: (vm) => clusterOf(call.db, vm).name,
  'cluster.name': (vm) => clusterOf(call.db, vm).name,
  datacenter: (vm) => dataCenterOf(call.db, vm)?.name,
  host: (vm) => vm.host?.name,
  'host.name': (vm) => vm.host?.name,
  next_run_config_exists: (vm) => String(vm.row?.nextRun !== undefined),
  fqdn: (vm) => vm.fqdn,
  tag: (vm) => tagsOf(call.db, vm).map(({ name }) => name),
});

export const vms: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'vm',
      select(allVms(call), fields(call), call.query).map((vm) => vmResource(call, vm)),
    ),
  add: (call) => created(vmResource({ ...call, allContent: true }, managed(call, addVm(call)))),
};

const find = (call: Call): Shown | undefined => allVms(call).find((vm) => vm.id === call.route.ids[0]);

const job = (one: { id: string }): Entity => ({ job: { id: one.id } });

/** A managed VM; the engine refuses to do most things to the VM that it runs in. */
function managedVm(call: Call, doing: string): VmRow {
  const vm = find(call);
  if (!vm) throw refused(400, `Cannot ${doing} VM. VM is not found.`);
  if (!vm.row) throw refused(409, `Cannot ${doing} VM. This VM is not managed by the engine.`);
  return vm.row;
}

const act =
  (doing: string, work: (call: Call, row: VmRow) => Entity) =>
  (call: Call): Reply => {
    const row = managedVm(call, doing);
    return complete(work(call, row), vmReference(row));
  };

function existing(call: Call): Shown {
  const found = find(call);
  if (!found) throw unknownId();
  return found;
}

function migrateVm(call: Call): Reply {
  const vm = find(call);
  if (!vm) throw refused(400, 'Cannot migrate VM. VM is not found.');
  const wanted = part(call.body, 'host');
  const mover = vm.row ? vmMover(call, vm.row) : engineMover(call);
  if (!mover || vm.status === 'down') throw refused(409, 'Cannot migrate VM. VM is not running.');
  if (vm.row && affinityOf(vm.row) === 'pinned') throw refused(409, 'Cannot migrate VM. VM is pinned to Host.');
  if (vm.row && affinityOf(vm.row) === 'user_migratable' && flag(call.body, 'force') !== true) {
    throw refused(409, 'Cannot migrate VM. VM is non migratable and user did not specify the force-migration flag');
  }
  return complete(job(migrate(call, mover, wanted && findHost(call.db, wanted))), vmReference(vm));
}

export const vm: Readonly<Record<string, Handler>> = {
  get: (call) => one(vmResource(call, existing(call))),
  update: (call) => {
    if (!existing(call).row)
      throw refused(409, 'There was an attempt to change Hosted Engine VM values that are locked.');
    const row = updateVm(call, managedVm(call, 'edit'));
    return one(vmResource({ ...call, allContent: true }, managed(call, row)));
  },
  remove: (call) => {
    existing(call);
    return removed(call, removeVm(call, managedVm(call, 'remove')));
  },
  start: act('run', (call, row) => job(startVm(call, row))),
  stop: act('stop', (call, row) => job(endVm(call, row, 'stop'))),
  shutdown: act('shutdown', (call, row) => job(endVm(call, row, 'shutdown'))),
  reboot: act('restart', (call, row) => job(rebootVm(call, row))),
  suspend: act('hibernate', (call, row) => job(suspendVm(call, row))),
  migrate: migrateVm,
  cancel_migration: (call) => {
    const vm = find(call);
    if (!vm) throw refused(400, 'Cannot cancel migration VM. VM is not found.');
    const mover = vm.row ? vmMover(call, vm.row) : engineMover(call);
    if (!mover) throw refused(409, 'Cannot cancel migration for non migrating VM.');
    return complete(job(cancelMigration(call, mover)), vmReference(vm));
  },
  preview_snapshot: (call) => {
    const row = managedVm(call, 'preview');
    const id = text(part(call.body, 'snapshot'), 'id');
    if (id === undefined) throw notGiven("Parameter 'snapshot.id' is mandatory but was not provided.");
    const wanted = row.snapshots.find((snapshot) => snapshot.id === id);
    return complete(job(previewSnapshot(call, row, wanted)), vmReference(row));
  },
  commit_snapshot: act('revert to', (call, row) => job(commitPreview(call, row))),
  undo_snapshot: act('revert to', (call, row) => job(undoPreview(call, row))),
  maintenance: (call) => {
    const found = find(call);
    if (!found) throw refused(400, 'Cannot maintenance VM. VM is not found.');
    if (found.row) {
      return {
        kind: 'text',
        status: 400,
        text: 'Moving to maintenance mode is currently only available for the VM containing the hosted engine.',
      };
    }
    setGlobalMaintenance(call);
    return complete({}, vmReference(found));
  },
};
