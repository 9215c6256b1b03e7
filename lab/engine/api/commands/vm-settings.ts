import type { VmRow } from '../database/vms.ts';
import { affinityOf, isHighlyAvailable, leaseDomainOf, memoryOf, placedOn } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import type { Entity, Value } from '../wire/values.ts';
import { flag, isEntity, isList, merged, number, part, text } from '../wire/values.ts';
import { findHost } from './find.ts';

const MiB = 1024 ** 2;
/** VM64BitMaxMemorySizeInMB of 4.3. */
const MOST_MEMORY = 4194304 * MiB;

/** What of a VM's document is set by people; the rest is identity, state, or a collection of its own. */
const settable = [
  'bios',
  'comment',
  'console',
  'cpu',
  'cpu_shares',
  'custom_compatibility_version',
  'custom_cpu_model',
  'custom_emulated_machine',
  'custom_properties',
  'delete_protected',
  'description',
  'display',
  'domain',
  'high_availability',
  'initialization',
  'io',
  'lease',
  'memory',
  'memory_policy',
  'migration',
  'migration_downtime',
  'multi_queues_enabled',
  'numa_tune_mode',
  'os',
  'placement_policy',
  'rng_device',
  'serial_number',
  'soundcard_enabled',
  'sso',
  'start_paused',
  'stateless',
  'storage_error_resume_behaviour',
  'time_zone',
  'tunnel_migration',
  'type',
  'usb',
  'virtio_scsi',
] as const;

/** Takes effect on a running VM at once; everything else waits for its next run (engine: VmBase, EditableVmField). */
export const immediate: ReadonlySet<string> = new Set([
  'comment',
  'delete_protected',
  'description',
  'high_availability',
  'initialization',
  'lease',
  'migration',
  'migration_downtime',
  'placement_policy',
  'tunnel_migration',
]);

/** The domain of a lease by id or name; an empty reference takes the lease away. */
function leaseIn(call: Call, doing: string, value: Value | undefined): Entity | undefined {
  const wanted = isEntity(value) ? part(value, 'storage_domain') : undefined;
  const [id, name] = [text(wanted, 'id'), text(wanted, 'name')];
  if ((id === undefined || id === '') && name === undefined) return undefined;
  const rows = [...call.db.storageDomains.values()];
  const row = rows.find((one) => (id === undefined || id === '' ? one.name === name : one.id === id));
  if (!row) throw refused(400, `Cannot ${doing} VM. Storage Domain doesn't exist.`);
  if (row.status !== 'active') {
    throw refused(409, `Cannot ${doing} VM. The VM lease storage domain (${row.name}) status is not active.`);
  }
  return { storage_domain: { id: row.id } };
}

/** References by name become references by id. */
function placementIn(call: Call, value: Entity): Entity {
  const hosts = isList(value.hosts) ? value.hosts.filter(isEntity) : undefined;
  return hosts ? { ...value, hosts: hosts.map((host) => ({ id: findHost(call.db, host).id })) } : value;
}

const withoutPassword = (value: Entity): Entity => {
  const { root_password, ...rest } = value;
  return rest;
};

/** What a body sets: merged into what was set before. */
export function settingsIn(call: Call, body: Entity, before: Entity, doing: 'add' | 'edit'): Entity {
  const given: Record<string, Value | undefined> = {};
  for (const name of settable) if (body[name] !== undefined) given[name] = body[name];
  if (isEntity(given.placement_policy)) given.placement_policy = placementIn(call, given.placement_policy);
  if (isEntity(given.initialization)) given.initialization = withoutPassword(given.initialization);
  if (given.lease !== undefined) given.lease = leaseIn(call, doing, given.lease);
  const all = merged(before, given);
  const memory = number(all, 'memory') ?? 0;
  const policy = part(all, 'memory_policy');
  // What a new VM does not name follows its memory; later it stays as it is.
  const guaranteed = number(policy, 'guaranteed') ?? memory;
  const max = number(policy, 'max') ?? Math.min(memory * 4, MOST_MEMORY);
  const memory_policy: Entity = { ballooning: flag(policy, 'ballooning') ?? true, guaranteed, max };
  return { ...all, memory_policy };
}

/** Refuses what cannot be together, in the engine's words. */
export function checkSettings(vm: Pick<VmRow, 'settings'>, doing: 'add' | 'edit'): void {
  const row = vm as VmRow;
  const policy = part(row.settings, 'memory_policy');
  const [memory, guaranteed, max] = [memoryOf(row), number(policy, 'guaranteed') ?? 0, number(policy, 'max') ?? 0];
  if (guaranteed > memory) {
    throw refused(400, `Cannot ${doing} VM. Physical Memory Guaranteed cannot exceed Memory Size.`);
  }
  if (memory > max) {
    throw refused(
      409,
      `Cannot ${doing} VM. Memory size (${memory / MiB}MB) cannot exceed maximum memory size (${max / MiB}MB).`,
    );
  }
  if (leaseDomainOf(row) !== undefined && !isHighlyAvailable(row)) {
    throw refused(409, `Cannot ${doing} VM. A VM lease was defined but high availability option is set to false.`);
  }
  if (isHighlyAvailable(row) && affinityOf(row) === 'pinned' && placedOn(row).length === 1) {
    throw refused(409, `Cannot ${doing} VM. A highly available VM cannot be pinned to a specific Host`);
  }
  if (isHighlyAvailable(row) && flag(row.settings, 'stateless')) {
    throw refused(409, `Cannot ${doing} VM. Highly Available Virtual servers can not be run as stateless.`);
  }
}
