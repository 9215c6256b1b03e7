import { createHash } from 'node:crypto';
import { guests } from '../../../ovirt/guests.ts';
import type { LabHost } from '../../../types.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { anyVm } from '../database/engine-vm.ts';
import type { VmRow } from '../database/vms.ts';
import { memoryOf } from '../database/vms.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import { notModelled, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';

type Unit = 'bytes' | 'percent' | 'seconds' | 'none';

interface Figure {
  readonly name: string;
  readonly description: string;
  readonly unit: Unit;
  readonly type?: 'integer' | 'decimal' | 'string';
  readonly kind?: 'counter';
  readonly values: readonly (number | string)[];
}

const bytes = (name: string, description: string, datum: number): Figure => ({
  name,
  description,
  unit: 'bytes',
  type: 'integer',
  values: [datum],
});
const percent = (name: string, description: string, ...data: number[]): Figure => ({
  name,
  description,
  unit: 'percent',
  type: 'decimal',
  values: data,
});

/** The id of a statistic is made of its name alone, as Java's UUID.nameUUIDFromBytes does it. */
function idOf(name: string): string {
  const hash = createHash('md5').update(name).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x30;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What a host is made of and busy with; CPUs of the lab idle (engine: HostStatisticalQuery). */
function hostFigures(machine: LabHost | undefined): Figure[] {
  const { total, used } = machine?.memory ?? { total: 0, used: 0 };
  // The engine is told of the use in whole percents.
  const inUse = total === 0 ? 0 : Math.floor((total * Math.floor((used * 100) / total)) / 100);
  return [
    bytes('memory.total', 'Total memory', total),
    bytes('memory.used', 'Used memory', inUse),
    bytes('memory.free', 'Free memory', total - inUse),
    bytes('memory.shared', 'Shared memory', 0),
    bytes('memory.buffers', 'IO buffers', 0),
    bytes('memory.cached', 'OS caches', 0),
    bytes('swap.total', 'Total swap', 0),
    bytes('swap.free', 'Free swap', 0),
    bytes('swap.used', 'Used swap', 0),
    bytes('swap.cached', 'Swap also in memory', 0),
    percent('ksm.cpu.current', 'KSM CPU usage', 0),
    percent('cpu.current.user', 'User CPU usage', 0),
    percent('cpu.current.system', 'System CPU usage', 0),
    percent('cpu.current.idle', 'Idle CPU usage', machine ? 100 : 0),
    percent('cpu.load.avg.5m', 'CPU 5 minute load average', 0),
    {
      name: 'boot.time',
      description: 'Boot time of the machine',
      unit: 'none',
      type: 'integer',
      values: [Math.floor((machine?.boot.at ?? 0) / 1000)],
    },
  ];
}

const history = (what: string): string =>
  `List of ${what} usage history, sorted by date from newest to oldest, at intervals of 30 seconds`;

/** What a VM is made of and busy with; what it does inside nobody simulates (engine: VmStatisticalQuery). */
function vmFigures(call: Call, vm: VmRow): Figure[] {
  const host = call.db.hosts.get(vm.hostId ?? '');
  const machine = host && machineAt(call.lab, host.address);
  const guest = machine && guests(machine).get(vm.id);
  const since = guest ? Math.floor((call.lab.clock.now() - guest.startedAt) / 1000) : 0;
  return [
    bytes('memory.installed', 'Total memory configured', memoryOf(vm)),
    bytes('memory.used', 'Memory used (agent)', 0),
    percent('cpu.current.guest', 'CPU used by guest', 0),
    percent('cpu.current.hypervisor', 'CPU overhead', 0),
    percent('cpu.current.total', 'Total CPU used', 0),
    percent('migration.progress', 'Migration Progress', 0),
    bytes('memory.buffered', 'Memory buffered (agent)', 0),
    bytes('memory.cached', 'Memory cached (agent)', 0),
    bytes('memory.free', 'Memory free (agent)', 0),
    percent('network.current.total', 'Total network used', 0),
    {
      name: 'disks.usage',
      description: 'Disk usage, in bytes, per filesystem as JSON (agent)',
      unit: 'none',
      type: 'string',
      values: [''],
    },
    {
      name: 'elapsed.time',
      description: 'Elapsed VM runtime',
      unit: 'seconds',
      type: 'integer',
      kind: 'counter',
      values: [since],
    },
    percent('cpu.usage.history', history('CPU')),
    percent('memory.usage.history', history('memory')),
    percent('network.usage.history', history('network')),
  ];
}

/** What the path begins with, and its figures. */
function owner(call: Call): { kind: 'host' | 'vm'; path: string; id: string; figures: Figure[] } {
  const [collection = '', id = '', below] = call.route.path;
  const path = `/${collection}/${id}/statistics`;
  if (below !== 'statistics') throw notModelled(`statistics of ${below ?? collection}`);
  if (collection === 'hosts') {
    const row: HostRow | undefined = call.db.hosts.get(id);
    if (!row) throw unknownId();
    return { kind: 'host', path, id, figures: hostFigures(machineAt(call.lab, row.address)) };
  }
  if (collection !== 'vms') throw notModelled(`statistics of ${collection}`);
  const vm = anyVm(call.lab, call.db, id);
  if (!vm) throw unknownId();
  return { kind: 'vm', path, id, figures: vmFigures(call, vm) };
}

function resources(call: Call): Resource[] {
  const { kind, path, id, figures } = owner(call);
  const datum = (value: number | string): Entity => (typeof value === 'string' ? { detail: value } : { datum: value });
  return figures.map(({ name, description, unit, type, kind: counted, values }) => ({
    type: 'statistic',
    service: 'statistic',
    path: `${path}/${idOf(name)}`,
    entity: {
      name,
      description,
      kind: counted ?? 'gauge',
      type,
      unit,
      values: values.map(datum),
      [kind]: { id },
    },
  }));
}

export const statistics: Readonly<Record<string, Handler>> = { list: (call) => many('statistic', resources(call)) };

export const statistic: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const wanted = call.route.ids.at(-1);
    const found = resources(call).find(({ path }) => path.endsWith(`/${wanted}`));
    if (!found) throw unknownId();
    return one(found);
  },
};
