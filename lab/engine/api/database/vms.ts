import type { Lab } from '../../../types.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, merged, number, part, text } from '../wire/values.ts';
import type { EngineDatabase } from './database.ts';
import { macAddress } from './mac-pools.ts';
import type { SnapshotRow } from './snapshots.ts';
import type { VmNicRow } from './vm-nics.ts';

export interface WatchdogRow {
  readonly id: string;
  model: string;
  action: string;
}

export type GraphicsProtocol = 'spice' | 'vnc';

/** A VM that the engine manages besides its own. */
export interface VmRow {
  readonly id: string;
  name: string;
  readonly clusterId: string;
  /** The template whose disks its own stand upon; none: Blank. */
  readonly templateId?: string | undefined;
  /** The one that it was made from. */
  readonly madeFrom?: string | undefined;
  readonly createdAt: number;
  /** What people set, as the API shows it. */
  settings: Entity;
  /** What it will be set to as soon as it is down. */
  nextRun?: Entity | undefined;
  /** Replaces settings during the present run only. */
  runOnce?: Entity | undefined;
  nics: VmNicRow[];
  consoles: readonly GraphicsProtocol[];
  watchdog?: WatchdogRow | undefined;
  /** The ISO image in its drive at each start: a disk's id, or a file's name. */
  cd?: string | undefined;
  /** The one that is in its drive while it runs. */
  insertedCd?: string | undefined;
  /** The active one among them. */
  snapshots: SnapshotRow[];
  /** Its images are being worked on while it is down. */
  locked?: boolean | undefined;
  /** Its memory is kept, as someone suspended it. */
  suspended?: boolean | undefined;
  /** Its host has been told to run it, and waits for its lease. */
  launching?: boolean | undefined;
  /** It failed, and is to be started again by the engine. */
  failed?: boolean | undefined;
  /** It is to start again as soon as it is down. */
  restarts?: boolean | undefined;
  /** Where the engine runs it. */
  hostId?: string | undefined;
  migratingTo?: string | undefined;
  startedAt?: number | undefined;
  stoppedAt?: number | undefined;
  /** Someone asked it to end; its end is then no surprise. */
  ending?: boolean | undefined;
}

const GiB = 1024 ** 3;

/** A VM from the template Blank, where the request says nothing. */
export const blankSettings = (): Entity => ({
  description: '',
  comment: '',
  bios: { boot_menu: { enabled: false }, type: 'i440fx_sea_bios' },
  console: { enabled: false },
  cpu: { architecture: 'x86_64', topology: { cores: 1, sockets: 1, threads: 1 } },
  cpu_shares: 0,
  delete_protected: false,
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
  high_availability: { enabled: false, priority: 0 },
  io: { threads: 0 },
  memory: GiB,
  migration: { auto_converge: 'inherit', compressed: 'inherit' },
  migration_downtime: -1,
  multi_queues_enabled: true,
  os: { boot: { devices: ['hd'] }, type: 'other' },
  placement_policy: { affinity: 'migratable' },
  rng_device: { source: 'urandom' },
  soundcard_enabled: false,
  sso: { methods: [{ id: 'guest_agent' }] },
  start_paused: false,
  stateless: false,
  storage_error_resume_behaviour: 'auto_resume',
  time_zone: { name: 'Etc/GMT' },
  type: 'server',
  usb: { enabled: false },
  virtio_scsi: { enabled: true },
});

/** What holds while it runs: its settings, and what was asked for this run alone. */
export const inForce = (vm: VmRow): Entity => (vm.runOnce ? merged(vm.settings, vm.runOnce) : vm.settings);

export const memoryOf = (vm: VmRow): number => number(vm.settings, 'memory') ?? GiB;

export function cpusOf(vm: VmRow): number {
  const topology = part(part(vm.settings, 'cpu'), 'topology');
  return ['sockets', 'cores', 'threads'].reduce((product, name) => product * (number(topology, name) ?? 1), 1);
}

export function bootDevicesOf(vm: VmRow): string[] {
  const devices = part(part(inForce(vm), 'os'), 'boot')?.devices;
  return isList(devices) ? devices.map(String) : [];
}

export const isHighlyAvailable = (vm: VmRow): boolean =>
  flag(part(vm.settings, 'high_availability'), 'enabled') ?? false;

export const priorityOf = (vm: VmRow): number => number(part(vm.settings, 'high_availability'), 'priority') ?? 0;

/** The storage domain that holds the lease which only one run of the VM at a time can have. */
export const leaseDomainOf = (vm: VmRow): string | undefined =>
  text(part(part(vm.settings, 'lease'), 'storage_domain'), 'id');

export const affinityOf = (vm: VmRow): string =>
  text(part(vm.settings, 'placement_policy'), 'affinity') ?? 'migratable';

/** Hosts that it may run on; any when none is named. */
export function placedOn(vm: VmRow): string[] {
  const hosts = part(inForce(vm), 'placement_policy')?.hosts;
  return isList(hosts) ? hosts.filter(isEntity).flatMap((host) => text(host, 'id') ?? []) : [];
}

/** Names of the networks that a host needs for it, one for each card. */
export const networksOfVm = (db: EngineDatabase, vm: VmRow): string[] =>
  vm.nics.flatMap((nic) => {
    const profile = nic.plugged ? db.vnicProfiles.get(nic.profileId ?? '') : undefined;
    return db.networks.get(profile?.networkId ?? '')?.name ?? [];
  });

/** The lowest address of its cluster's pool that no VM has. */
export function freeMac(db: EngineDatabase, vm: Pick<VmRow, 'clusterId'>): string | undefined {
  const pool = db.macPools.get(db.clusters.get(vm.clusterId)?.macPoolId ?? '');
  const taken = new Set([...db.vms.values()].flatMap((one) => one.nics.map((nic) => nic.mac)));
  for (const { from, to } of pool?.ranges ?? []) {
    for (let at = macAddress.number(from); at <= macAddress.number(to); at += 1) {
      const mac = macAddress.text(at);
      if (!taken.has(mac)) return mac;
    }
  }
  return undefined;
}

/** It is down now; what was kept for its next run takes effect. */
export function settleDown(lab: Lab, vm: VmRow): void {
  const settings = vm.nextRun ?? vm.settings;
  Object.assign(vm, {
    hostId: undefined,
    migratingTo: undefined,
    ending: undefined,
    launching: undefined,
    runOnce: undefined,
    nextRun: undefined,
    insertedCd: undefined,
    settings,
    stoppedAt: Math.floor(lab.clock.now()),
  });
}
