import { runningOn } from '../../../ovirt/engine-vm.ts';
import { findHost } from '../commands/find.ts';
import { engineMover, migrate, vmMover } from '../commands/migrate.ts';
import { addVm, endVm, setGlobalMaintenance, startVm } from '../commands/vm-actions.ts';
import { clusterOf, dataCenterOf } from '../database/data-centers.ts';
import type { HostRow, VmRow } from '../database/database.ts';
import { engineHost, engineVm, vmStatus } from '../database/placement.ts';
import type { Call, Handler, Reply, Resource } from '../routing/call.ts';
import { complete, created, many, one } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { refused, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { part } from '../wire/values.ts';

const BLANK = '00000000-0000-0000-0000-000000000000';
const MiB = 1024 ** 2;

/** What the API shows about any VM, the engine's own included. */
interface Shown {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly status: string;
  readonly clusterId: string;
  readonly origin: string;
  readonly memory: number;
  readonly sockets: number;
  readonly bootDevices: readonly string[];
  readonly highlyAvailable: boolean;
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  readonly host?: HostRow | undefined;
  readonly fqdn?: string;
  /** The row of a managed VM; the engine's own has none. */
  readonly row?: VmRow;
}

function own(call: Call): Shown {
  const { lab, db } = call;
  const record = runningOn(lab)?.record;
  return {
    ...engineVm(db, lab),
    description: 'Hosted engine VM',
    status: db.engineVmMigratingTo === undefined ? 'up' : 'migrating',
    clusterId: db.engineClusterId,
    origin: 'managed_hosted_engine',
    memory: db.image.memoryMb * MiB,
    sockets: db.image.cpus,
    bootDevices: ['hd'],
    highlyAvailable: false,
    createdAt: Math.floor(db.createdAt),
    startedAt: Math.floor(record?.startedAt ?? db.createdAt),
    host: engineHost(lab, db),
    fqdn: db.image.fqdn,
  };
}

function managed(call: Call, row: VmRow): Shown {
  const { lab, db } = call;
  return {
    ...row,
    status: vmStatus(lab, db, row),
    origin: 'ovirt',
    host: row.hostId === undefined ? undefined : db.hosts.get(row.hostId),
    row,
  };
}

const all = (call: Call): Shown[] => [own(call), ...[...call.db.vms.values()].map((row) => managed(call, row))];

/** What only a read of all content shows; the OVF document is not among it. */
const allContent: Entity = {
  console: { enabled: false },
  rng_device: { source: 'urandom' },
  soundcard_enabled: false,
  virtio_scsi: { enabled: true },
};

function vmResource(call: Call, vm: Shown): Resource {
  const { db } = call;
  const started = vm.status !== 'down' && vm.startedAt !== undefined ? { start_time: vm.startedAt } : {};
  const stopped = vm.status === 'down' && vm.stoppedAt !== undefined ? { stop_time: vm.stoppedAt } : {};
  return {
    ...vmReference(vm),
    entity: {
      name: vm.name,
      description: vm.description,
      comment: '',
      bios: { boot_menu: { enabled: false }, type: 'i440fx_sea_bios' },
      cpu: { architecture: 'x86_64', topology: { cores: 1, sockets: vm.sockets, threads: 1 } },
      cpu_shares: 0,
      creation_time: vm.createdAt,
      delete_protected: vm.row === undefined,
      display: {
        allow_override: false,
        copy_paste_enabled: true,
        disconnect_action: 'LOCK_SCREEN',
        file_transfer_enabled: true,
        monitors: 1,
        single_qxl_pci: false,
        smartcard_enabled: false,
        type: 'vnc',
      },
      ...(vm.fqdn === undefined || vm.status === 'down' ? {} : { fqdn: vm.fqdn }),
      high_availability: { enabled: vm.highlyAvailable, priority: 0 },
      io: { threads: 0 },
      large_icon: { id: db.iconIds.large },
      memory: vm.memory,
      memory_policy: { ballooning: true, guaranteed: vm.memory, max: vm.memory * 4 },
      migration: { auto_converge: 'inherit', compressed: 'inherit' },
      migration_downtime: -1,
      multi_queues_enabled: true,
      next_run_configuration_exists: false,
      origin: vm.origin,
      os: { boot: { devices: [...vm.bootDevices] }, type: vm.row ? 'other' : 'other_linux' },
      placement_policy: { affinity: 'migratable' },
      small_icon: { id: db.iconIds.small },
      sso: { methods: [{ id: 'guest_agent' }] },
      start_paused: false,
      stateless: false,
      status: vm.status,
      ...started,
      ...stopped,
      storage_error_resume_behaviour: 'auto_resume',
      time_zone: { name: 'Etc/GMT' },
      type: 'server',
      usb: { enabled: false },
      cluster: { id: vm.clusterId },
      cpu_profile: { id: db.cpuProfileId },
      ...(vm.host && vm.status !== 'down' ? { host: { id: vm.host.id } } : {}),
      original_template: { id: BLANK },
      template: { id: BLANK },
      quota: { id: db.quotaId },
      ...(call.allContent ? allContent : {}),
    },
  };
}

const vmReference = (vm: { id: string }): Resource => ({
  type: 'vm',
  service: 'vm',
  path: `/vms/${vm.id}`,
  entity: {},
});

const fields = (call: Call): Fields<Shown> => ({
  name: (vm) => vm.name,
  id: (vm) => vm.id,
  description: (vm) => vm.description,
  status: (vm) => vm.status.replaceAll('_', ''),
  cluster: (vm) => clusterOf(call.db, vm).name,
  'cluster.name': (vm) => clusterOf(call.db, vm).name,
  datacenter: (vm) => dataCenterOf(call.db, vm)?.name,
  host: (vm) => vm.host?.name,
  'host.name': (vm) => vm.host?.name,
  fqdn: (vm) => vm.fqdn,
});

export const vms: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'vm',
      select(all(call), fields(call), call.query).map((vm) => vmResource(call, vm)),
    ),
  add: (call) => created(vmResource({ ...call, allContent: true }, managed(call, addVm(call)))),
};

const find = (call: Call): Shown | undefined => all(call).find((vm) => vm.id === call.route.ids[0]);

const job = (one: { id: string }): Entity => ({ job: { id: one.id } });

/** An action on a managed VM. The engine refuses to do most things to the VM that it runs in. */
const act =
  (doing: string, work: (call: Call, row: VmRow) => Entity) =>
  (call: Call): Reply => {
    const vm = find(call);
    if (!vm) throw refused(400, `Cannot ${doing} VM. VM is not found.`);
    if (!vm.row) throw refused(409, `Cannot ${doing} VM. This VM is not managed by the engine.`);
    return complete(work(call, vm.row), vmReference(vm));
  };

function migrateVm(call: Call): Reply {
  const vm = find(call);
  if (!vm) throw refused(400, 'Cannot migrate VM. VM is not found.');
  const wanted = part(call.body, 'host');
  const mover = vm.row ? vmMover(call, vm.row) : engineMover(call);
  if (!mover || vm.status === 'down') throw refused(409, 'Cannot migrate VM. VM is not running.');
  return complete(job(migrate(call, mover, wanted && findHost(call.db, wanted))), vmReference(vm));
}

export const vm: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const found = find(call);
    if (!found) throw unknownId();
    return one(vmResource(call, found));
  },
  start: act('run', (call, row) => job(startVm(call, row))),
  stop: act('stop', (call, row) => job(endVm(call, row, 'stop'))),
  shutdown: act('shutdown', (call, row) => job(endVm(call, row, 'shutdown'))),
  migrate: migrateVm,
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
