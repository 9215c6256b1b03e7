import type { Lab, LabHost } from '../types.ts';
import { vmId } from './conf.ts';
import type { EngineImage, HostedStorage } from './storage.ts';
import { hostedStorage, leaseIsFree } from './storage.ts';
import { findDomain } from './vdsm/storage-domain.ts';
import { prepareVolume, teardownVolume } from './vdsm/volumes.ts';

/** Virtual seconds of the VM's life, from vdsm's acceptance on. */
export const vmTimes = {
  launch: 3,
  powerUp: 22,
  engine: 95,
  powerDown: 38,
  engineStops: 12,
  deadLease: 80,
  monitoring: 15,
} as const;

/** What vdsm on one host knows about the engine VM. */
export interface VmRecord {
  status: 'WaitForLaunch' | 'Powering up' | 'Up' | 'Paused' | 'Powering down' | 'Down';
  exit?: 'lock-held' | 'migrated';
  /** The engine inside answers. */
  engine: boolean;
  /** When the engine's service, which starts just now, will answer; virtual milliseconds. */
  engineStartsAt?: number | undefined;
  readonly startedAt: number;
  readonly image: EngineImage | undefined;
  readonly storage: HostedStorage;
  cancel: (() => void)[];
}

/** How long the engine's service takes to start in its running VM. */
const SERVICE_START_MS = 40_000;

const KEY = 'hosted-engine-vm';
const WATCHERS = 'hosted-engine-vm-watchers';

/** Calls back whenever the VM may have come up or gone. */
export function watchEngineVm(lab: Lab, changed: () => void): void {
  const watchers = lab.kept.get(WATCHERS) as (() => void)[] | undefined;
  lab.kept.set(WATCHERS, [...(watchers ?? []), changed]);
}

function tellWatchers(lab: Lab): void {
  for (const changed of (lab.kept.get(WATCHERS) as (() => void)[] | undefined) ?? []) changed();
}

export function vmRecord(host: LabHost): VmRecord | undefined {
  return host.volatile.get(KEY) as VmRecord | undefined;
}

export function isRunning(record: VmRecord | undefined): record is VmRecord {
  return record !== undefined && record.status !== 'Down';
}

/** The host on which the engine VM's process runs. */
export function runningOn(lab: Lab): { host: LabHost; record: VmRecord } | undefined {
  for (const host of lab.hosts.values()) {
    const record = vmRecord(host);
    if (isRunning(record) && record.status !== 'WaitForLaunch') return { host, record };
  }
  return undefined;
}

const after = (host: LabHost, record: VmRecord, seconds: number, action: () => void): void => {
  record.cancel.push(
    host.lab.clock.after(seconds, () => {
      if (vmRecord(host) === record) action();
    }),
  );
};

/** The VM's disk is open on the host that runs it, and no device of the others. */
function holdDisk(host: LabHost, storage: HostedStorage, held: boolean): void {
  const domain = findDomain(host.lab, storage.volumes.domain);
  if (!domain) return;
  if (held) prepareVolume(host, domain, storage.volumes.disk.image, { open: true });
  else teardownVolume(host, domain, storage.volumes.disk.image);
}

/** The guest's process on a host: libvirt's domain and the memory it takes. */
function occupy(host: LabHost, record: VmRecord, id: string): void {
  const memory = (record.image?.memoryMb ?? 0) * 1024 * 1024;
  host.libvirt.start({
    name: 'HostedEngine',
    uuid: id,
    persistent: false,
    memory,
    vcpus: record.image?.cpus ?? 1,
    onStop: (how) => {
      if (vmRecord(host) === record && how !== 'host') stopped(host, record);
    },
  });
  host.memory.used += memory;
  holdDisk(host, record.storage, true);
}

/** vdsm creates the VM: it answers at once; lease, boot and the engine's start follow on their own time. */
export function createVm(host: LabHost, options: { paused?: boolean } = {}): string | undefined {
  const storage = hostedStorage(host);
  const id = vmId(host);
  if (!host.units.isActive('vdsmd.service') || id === undefined) return 'Failed to connect to vdsm';
  if (!storage?.image) return 'Bad volume specification';
  const image = storage.image;
  const record: VmRecord = {
    status: 'WaitForLaunch',
    engine: false,
    startedAt: host.lab.clock.now(),
    image,
    storage,
    cancel: [],
  };
  host.volatile.set(KEY, record);
  after(host, record, vmTimes.launch, () => {
    if (!host.units.isActive('sanlock.service') || !leaseIsFree(storage, host)) {
      record.status = 'Down';
      record.exit = 'lock-held';
      after(host, record, vmTimes.monitoring, () => {
        if (runningOn(host.lab)?.record.engine) destroyVm(host);
      });
      return;
    }
    storage.lease = { host: host.name };
    occupy(host, record, id);
    record.status = options.paused ? 'Paused' : 'Powering up';
    if (!options.paused) boot(host, record);
  });
  return undefined;
}

function boot(host: LabHost, record: VmRecord): void {
  after(host, record, vmTimes.powerUp, () => {
    record.status = 'Up';
    tellWatchers(host.lab);
  });
  after(host, record, vmTimes.engine, () => {
    // A second look at the image: what is broken in it may have been mended while the guest booted.
    record.engine = record.image?.defect === undefined;
    if (record.engine) after(host, record, vmTimes.monitoring, () => forgetEnded(host));
  });
}

/** The engine's monitoring makes vdsm on the other hosts forget a VM that has ended there. */
function forgetEnded(running: LabHost): void {
  for (const host of running.lab.hosts.values()) {
    if (host !== running && vmRecord(host)?.status === 'Down') destroyVm(host);
  }
}

/** The engine service inside the running VM is started anew, with whatever state its image is in now. */
export function restartEngineService(host: LabHost): void {
  const record = vmRecord(host);
  if (!isRunning(record)) return;
  record.engine = false;
  record.engineStartsAt = host.lab.clock.now() + SERVICE_START_MS;
  awaitService(host, record);
}

/** What a service needs to start it needs on whatever host its VM is meanwhile. */
function awaitService(host: LabHost, record: VmRecord): void {
  if (record.engineStartsAt === undefined) return;
  after(host, record, Math.max(0, record.engineStartsAt - host.lab.clock.now()) / 1000, () => {
    record.engineStartsAt = undefined;
    record.engine = record.status === 'Up' && record.image?.defect === undefined;
  });
}

function stopped(host: LabHost, record: VmRecord): void {
  for (const cancel of record.cancel) cancel();
  if (record.status !== 'WaitForLaunch') host.memory.used -= (record.image?.memoryMb ?? 0) * 1024 * 1024;
  record.status = 'Down';
  record.engine = false;
  if (record.storage.lease?.host === host.name) record.storage.lease = undefined;
  holdDisk(host, record.storage, false);
  tellWatchers(host.lab);
}

/** Asks the guest to power down; vdsm keeps a Down record afterwards until someone destroys it. */
export function shutdownVm(host: LabHost): void {
  const record = vmRecord(host);
  if (!isRunning(record) || record.status === 'Powering down') return;
  for (const cancel of record.cancel) cancel();
  const wasUp = record.status === 'Up';
  record.status = 'Powering down';
  after(host, record, wasUp ? vmTimes.engineStops : 0, () => {
    record.engine = false;
  });
  after(host, record, vmTimes.powerDown, () => host.libvirt.stop('HostedEngine', 'shutdown'));
}

/** Ends the VM at once and makes vdsm forget it. */
export function destroyVm(host: LabHost): void {
  const record = vmRecord(host);
  if (!record) return;
  if (isRunning(record)) {
    if (host.libvirt.domains.has('HostedEngine')) host.libvirt.stop('HostedEngine', 'destroy');
    if (isRunning(record)) stopped(host, record);
  }
  host.volatile.delete(KEY);
}

/**
 * The last instant of a live migration: guest and lease are on the other host, the engine in it notices nothing. vdsm
 * on the old host remembers that the VM has left until the engine tells it to forget.
 */
export function switchVm(from: LabHost, to: LabHost): void {
  const record = vmRecord(from);
  if (!isRunning(record)) return;
  const { image, storage, startedAt, engine, engineStartsAt } = record;
  const arrived: VmRecord = { status: 'Up', engine, engineStartsAt, startedAt, image, storage, cancel: [] };
  to.volatile.set(KEY, arrived);
  storage.lease = { host: to.name };
  occupy(to, arrived, storage.volumes.vm);
  from.libvirt.stop('HostedEngine', 'shutdown');
  record.exit = 'migrated';
  awaitService(to, arrived);
  after(to, arrived, vmTimes.monitoring, () => forgetEnded(to));
}

/** The host went down under the VM: a clean shutdown gives the lease back, a power loss leaves it to time out. */
export function hostWentDown(host: LabHost, how: 'shutdown' | 'power-loss'): void {
  const record = vmRecord(host);
  if (!record) return;
  const held = record.storage.lease?.host === host.name;
  if (isRunning(record)) stopped(host, record);
  host.volatile.delete(KEY);
  if (held && how === 'power-loss') {
    const until = host.lab.clock.now() + vmTimes.deadLease * 1000;
    record.storage.lease = { host: host.name, until };
  }
}
