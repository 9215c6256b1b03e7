import type { EngineVm } from '../../connectors/engine/model/vm.ts';
import { type JsonObject, OperatorError } from '../../failures/operator-error.ts';
import type { Inventory } from '../../inventory/schema.ts';

export type WishedVm = Inventory['vms'][number];

/** The numbers behind the names that the Administration Portal shows. (oVirt, VM high_availability.priority) */
const PRIORITIES = { low: 1, medium: 50, high: 100 } as const;
const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/** @throws NotFound naming the VMs that the inventory describes */
export function wishedVm({ vms }: Pick<Inventory, 'vms'>, name: string): WishedVm {
  const found = vms.find((vm) => vm.name === name);
  if (found !== undefined) return found;
  const known = vms.map((vm) => vm.name).join(', ') || 'none';
  throw new OperatorError('NotFound', `VM ${name}: the inventory does not describe it; vms has ${known}`);
}

/** What can be set on a VM that exists: how a person reads it on a VM, and the engine's words for what the VM has. */
interface Setting {
  read(vm: EngineVm): string;
  body(vm: EngineVm): JsonObject;
}

const SETTINGS = {
  memory: {
    read: ({ memory = 0 }) => `${memory / MIB} MiB`,
    body: ({ memory = 0, memory_policy: { guaranteed, max } = {} }) => ({
      memory,
      ...(guaranteed !== undefined && max !== undefined && { memory_policy: { guaranteed, max } }),
    }),
  },
  'virtual CPUs': {
    read(vm) {
      const { sockets, cores, threads } = topology(vm);
      return `${sockets * cores * threads}`;
    },
    body: (vm) => ({ cpu: { topology: topology(vm) } }),
  },
  'operating system': {
    read: ({ os }) => os?.type ?? 'none',
    body: ({ os }) => ({ os: { type: os?.type ?? 'other' } }),
  },
  'high availability': {
    read: ({ high_availability: now }) => (now?.enabled === true ? `on, priority ${now.priority}` : 'off'),
    body: ({ high_availability: now }) => ({
      high_availability: {
        enabled: now?.enabled === true,
        ...(now?.priority !== undefined && { priority: now.priority }),
      },
    }),
  },
  lease: {
    read: ({ lease }) => lease?.storage_domain?.id ?? 'none',
    // One without a storage domain takes the lease away. (engine: StorageDomainLeaseMapper)
    body: ({ lease }) => ({ lease: lease?.storage_domain ? { storage_domain: { id: lease.storage_domain.id } } : {} }),
  },
} satisfies Readonly<Record<string, Setting>>;

function topology({ cpu }: EngineVm) {
  const { sockets = 1, cores = 1, threads = 1 } = cpu?.topology ?? {};
  return { sockets, cores, threads };
}

/** A setting with a value for it. */
export interface SettingValue {
  readonly what: keyof typeof SETTINGS;
  /** As a person reads it. */
  readonly value: string;
  /** In the engine's words. */
  readonly body: JsonObject;
}

function wishedSettings(wish: WishedVm, leaseDomain: string | undefined): readonly SettingValue[] {
  const { memoryMiB, vcpus, os, highAvailability: ha } = wish;
  const priority = ha && PRIORITIES[ha.priority];
  return [
    { what: 'memory', value: `${memoryMiB} MiB`, body: { memory: memoryMiB * MIB } },
    {
      what: 'virtual CPUs',
      value: `${vcpus}`,
      body: { cpu: { topology: { sockets: vcpus, cores: 1, threads: 1 } } },
    },
    { what: 'operating system', value: os, body: { os: { type: os } } },
    {
      what: 'high availability',
      value: priority === undefined ? 'off' : `on, priority ${priority}`,
      body: { high_availability: { enabled: ha !== undefined, ...(priority !== undefined && { priority }) } },
    },
    ...(leaseDomain === undefined
      ? []
      : [{ what: 'lease' as const, value: leaseDomain, body: { lease: { storage_domain: { id: leaseDomain } } } }]),
  ];
}

/** `memory is 1024 MiB instead of 2048 MiB`. `leaseDomain` is the id of the storage domain of its lease. */
export function vmDifferences(vm: EngineVm, wish: WishedVm, leaseDomain: string | undefined): readonly string[] {
  return differing(vm, wishedSettings(wish, leaseDomain)).map(
    ({ what, value }) => `${what} is ${SETTINGS[what].read(vm)} instead of ${value}`,
  );
}

/** The settings that are to be sent to make an existing VM as it is wished. */
export function vmChanges(vm: EngineVm, wish: WishedVm, leaseDomain: string | undefined): readonly SettingValue[] {
  return differing(vm, wishedSettings(wish, leaseDomain)).map((setting) =>
    setting.what === 'memory' ? { ...setting, body: { ...setting.body, ...memoryBounds(vm, wish) } } : setting,
  );
}

/**
 * The bounds of its memory that a VM has kept from another size: the engine refuses a size that is not between them.
 * (engine: UpdateVmCommand; of a new VM it derives both)
 */
function memoryBounds({ memory_policy: { guaranteed, max } = {} }: EngineVm, { memoryMiB }: WishedVm): JsonObject {
  const memory = memoryMiB * MIB;
  const bounds = {
    ...(guaranteed !== undefined && guaranteed > memory && { guaranteed: memory }),
    ...(max !== undefined && max < memory && { max: memory }),
  };
  return Object.keys(bounds).length === 0 ? {} : { memory_policy: bounds };
}

/** What of these a VM has otherwise. */
export function differing(vm: EngineVm, values: readonly SettingValue[]): readonly SettingValue[] {
  return values.filter(({ what, value }) => SETTINGS[what].read(vm) !== value);
}

/** The same settings as the VM has them. */
export function presentSettings(vm: EngineVm, values: readonly SettingValue[]): readonly SettingValue[] {
  return values.map(({ what }) => ({ what, value: SETTINGS[what].read(vm), body: SETTINGS[what].body(vm) }));
}

/** One body for all of them. */
export function settingsBody(values: readonly SettingValue[]): JsonObject {
  return Object.assign({}, ...values.map(({ body }) => body));
}

/** The engine's words for a VM from the template Blank. (engine, POST /vms) */
export function vmBody(wish: WishedVm, cluster: string, leaseDomain: string | undefined): JsonObject {
  const all = settingsBody(wishedSettings(wish, leaseDomain));
  return {
    name: wish.name,
    cluster: { name: cluster },
    template: { name: 'Blank' },
    type: 'server',
    ...all,
    // The installation image is what an empty disk leaves to boot from; nothing has to be changed once a system is there.
    os: { type: wish.os, boot: { devices: { device: ['hd', 'cdrom'] } } },
    display: { type: wish.console },
    placement_policy: { affinity: 'migratable' },
  };
}
