/** The datacentre as a whole: hosts, LUNs, names, time, journal and faults, and the parts that were put together. */

import type { Fault } from './control/faults.ts';
import { FaultBoard } from './control/faults.ts';
import { Journal, type StoredEntry } from './control/journal.ts';
import { VirtualClock } from './kernel/clock.ts';
import type { Host } from './kernel/host.ts';
import type { IscsiTarget, Lun, NfsServer, Repository } from './kernel/model.ts';
import { type Process, shellStatus } from './kernel/process.ts';
import { toBytes } from './kernel/streams.ts';
import type {
  Dns,
  FaultVerdict,
  JournalKind,
  Lab,
  LabPart,
  LabStore,
  PackageBuild,
  RecordedEntry,
  SimulatedServer,
} from './types.ts';

export class LabCore implements Lab {
  readonly clock: VirtualClock;
  readonly hosts = new Map<string, Host>();
  readonly luns: Lun[] = [];
  readonly nfs: NfsServer[] = [];
  readonly targets: IscsiTarget[] = [];
  readonly dns: Dns = { forward: new Map(), reverse: new Map(), answering: true };
  readonly servers = new Map<string, SimulatedServer>();
  readonly mirrors = new Map<string, Repository>();
  readonly rpmFiles = new Map<string, { name: string }>();
  readonly engineFqdn = 'ovirt.test.local';
  readonly engineAddress = '172.20.32.5';
  readonly gateway = '172.20.32.32';
  readonly profile: string;
  readonly store: LabStore;
  readonly kept = new Map<string, unknown>();
  readonly parts: readonly LabPart[];
  readonly journal = new Journal();
  readonly faults: FaultBoard;
  /** Processes that the journal does not show: login shells. */
  readonly quiet = new WeakSet<Process>();
  readonly defects: string[] = [];
  secrets = { enginePassword: '', engineRootPassword: '', hostRootPassword: '', bmcPassword: '', iscsiPassword: '' };
  /** Cuts a host's SSH connections; set by whoever serves them. */
  cutConnections: (host: Host) => void = () => undefined;
  random: () => number;
  #revision = 0;
  readonly #builds = new Map<string, PackageBuild[]>();

  constructor(options: {
    speed: number;
    profile: string;
    store: LabStore;
    parts: readonly LabPart[];
    random: () => number;
    act: (lab: LabCore, fault: Fault, text: string) => Promise<void>;
  }) {
    this.clock = new VirtualClock({ speed: options.speed, start: Date.now() });
    this.profile = options.profile;
    this.store = options.store;
    this.parts = options.parts;
    this.random = options.random;
    for (const part of options.parts)
      for (const build of part.packages ?? [])
        this.#builds.set(build.package, [...(this.#builds.get(build.package) ?? []), build]);
    this.faults = new FaultBoard({
      act: (fault, text) => options.act(this, fault, text),
      told: (target, text) => void this.journal.add({ target, kind: 'fault', text }),
      freeze: () => this.clock.freeze(),
    });
    for (const part of options.parts) for (const kind of part.faultKinds ?? []) this.faults.partKinds.add(kind);
  }

  get revision(): number {
    return this.#revision;
  }

  changed(_what: string): void {
    this.#revision += 1;
  }

  builds(name: string): readonly PackageBuild[] {
    return this.#builds.get(name) ?? [];
  }

  record(entry: { target: string; kind: JournalKind; text: string }): RecordedEntry & { entry: StoredEntry } {
    return this.journal.add(entry);
  }

  async pass(point: 'before' | 'after', recorded: RecordedEntry): Promise<FaultVerdict> {
    return this.faults.idle ? { kinds: [] } : this.faults.pass(point, recorded.entry);
  }

  /** A defect of the lab itself: kept for the state document, so that a test can demand that there is none. */
  defect(text: string): void {
    this.defects.push(text);
  }

  /** Journals a program's start and lets the faults that wait for it act. */
  async aroundProcess(host: Host, process: Process, work: () => Promise<number>): Promise<number> {
    if (this.quiet.has(process)) return work();
    const text = `${process.unit ?? '-'} ${process.argv.join(' ')} (pid ${process.pid})`;
    const recorded = this.journal.add({ target: host.name, kind: 'process', text });
    void process.done.then((status) => recorded.finish({ exit: shellStatus(status) }));
    if (this.faults.idle) return work();
    const before = await process.interruptible(this.faults.pass('before', recorded.entry));
    if (before.hang) await process.interruptible(new Promise(() => undefined));
    if (before.drop) {
      this.cutConnections(host);
      return 255;
    }
    if (before.answer) {
      process.write(1, toBytes(before.answer.stdout ?? ''));
      process.write(2, toBytes(before.answer.stderr ?? ''));
      return before.answer.exit ?? 1;
    }
    const code = await work();
    const after = await process.interruptible(this.faults.pass('after', recorded.entry));
    if (after.drop) this.cutConnections(host);
    return code;
  }
}
