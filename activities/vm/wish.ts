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

/** What can be set on a VM that exists: each with how a person reads it, and the engine's words for it. */
interface Setting {
  readonly what: string;
  readonly wished: string;
  read(vm: EngineVm): string;
  readonly body: JsonObject;
}

function settings(wish: WishedVm, leaseDomain: string | undefined): readonly Setting[] {
  const { memoryMiB, vcpus, os, highAvailability: ha } = wish;
  const priority = ha && PRIORITIES[ha.priority];
  return [
    {
      what: 'memory',
      wished: `${memoryMiB} MiB`,
      read: ({ memory = 0 }) => `${memory / MIB} MiB`,
      body: { memory: memoryMiB * MIB },
    },
    {
      what: 'virtual CPUs',
      wished: `${vcpus}`,
      read: ({ cpu }) =>
        `${(cpu?.topology?.sockets ?? 1) * (cpu?.topology?.cores ?? 1) * (cpu?.topology?.threads ?? 1)}`,
      body: { cpu: { topology: { sockets: vcpus, cores: 1, threads: 1 } } },
    },
    { what: 'operating system', wished: os, read: (vm) => vm.os?.type ?? 'none', body: { os: { type: os } } },
    {
      what: 'high availability',
      wished: priority === undefined ? 'off' : `on, priority ${priority}`,
      read: ({ high_availability: now }) => (now?.enabled === true ? `on, priority ${now.priority}` : 'off'),
      body: { high_availability: { enabled: ha !== undefined, ...(priority !== undefined && { priority }) } },
    },
    ...(leaseDomain === undefined
      ? []
      : [
          {
            what: 'lease',
            wished: leaseDomain,
            read: ({ lease }: EngineVm) => lease?.storage_domain?.id ?? 'none',
            body: { lease: { storage_domain: { id: leaseDomain } } },
          },
        ]),
  ];
}

/** `memory is 1024 MiB instead of 2048 MiB`. `leaseDomain` is the id of the storage domain of its lease. */
export function vmDifferences(vm: EngineVm, wish: WishedVm, leaseDomain: string | undefined): readonly string[] {
  return differing(vm, wish, leaseDomain).map((one) => `${one.what} is ${one.read(vm)} instead of ${one.wished}`);
}

/** What is to be sent to make an existing VM as it is wished. */
export function vmChanges(vm: EngineVm, wish: WishedVm, leaseDomain: string | undefined): JsonObject {
  return Object.assign({}, ...differing(vm, wish, leaseDomain).map(({ body }) => body));
}

function differing(vm: EngineVm, wish: WishedVm, leaseDomain: string | undefined): readonly Setting[] {
  return settings(wish, leaseDomain).filter((one) => one.read(vm) !== one.wished);
}

/** The engine's words for a VM from the template Blank. (engine, POST /vms) */
export function vmBody(wish: WishedVm, cluster: string, leaseDomain: string | undefined): JsonObject {
  const all: JsonObject = Object.assign({}, ...settings(wish, leaseDomain).map(({ body }) => body));
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
