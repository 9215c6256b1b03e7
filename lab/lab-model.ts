/** Interfaces of the lab as a whole: its time, its hosts, its names and servers, its journal. */
import type {
  Firewalld,
  IscsiTarget,
  Libvirt,
  Lun,
  LunPath,
  Network,
  NfsExport,
  NfsServer,
  Repository,
  RpmDatabase,
  SystemJournal,
  Units,
  Vfs,
} from './kernel/model.ts';
import type { LabProcess, RunOptions, RunResult } from './kernel/process-model.ts';

/** Virtual time of the whole lab: one queue, so that a stall delays everything by the same amount. */
export interface Clock {
  /** Virtual milliseconds since the epoch; never goes back. */
  now(): number;
  readonly speed: number;
  /** Resolves after virtual seconds. */
  sleep(seconds: number): Promise<void>;
  /** Calls back after virtual seconds; the result cancels it. */
  after(seconds: number, action: () => void): () => void;
  /** While the work runs, virtual time does not wait for real time (for presets reached through real transitions). */
  hurry<T>(work: () => Promise<T>): Promise<T>;
}

/** `crashed`: electrically on, but the kernel has panicked and nothing runs. */
export type Power = 'on' | 'booting' | 'stopping' | 'crashed' | 'off';

/** Sizes are bytes. A mount of a file server has its options as the kernel shows them, and the export behind it. */
export interface MountedFileSystem {
  readonly mount: string;
  readonly device: string;
  readonly type: string;
  size: number;
  used: number;
  readonly options?: string;
  readonly share?: NfsExport;
}

export interface LabHost {
  readonly name: string;
  readonly fqdn: string;
  /** Inside the simulated network, e.g. 172.20.32.11. */
  readonly address: string;
  readonly lab: Lab;
  readonly fs: Vfs;
  readonly packages: RpmDatabase;
  readonly units: Units;
  readonly journal: SystemJournal;
  readonly firewalld: Firewalld;
  readonly libvirt: Libvirt;
  readonly network: Network;
  readonly processes: ReadonlyMap<number, LabProcess>;
  boot: { id: string; at: number };
  readonly power: Power;
  cpu: { count: number; model: string; vendor: string; flags: string[]; mhz: number };
  /** Bytes. `used` is what is in use now; commands such as free and the deploy compute from it. */
  memory: { total: number; used: number; cache: number };
  /** Mounted file systems. */
  disks: MountedFileSystem[];
  /** Seconds by which this host's clock is off. */
  clockSkew: number;
  ntp: { synchronised: boolean };
  selinux: 'Enforcing' | 'Permissive' | 'Disabled';
  /** Anything a part keeps per host while it is powered (cleared by reboot) or for good. */
  readonly volatile: Map<string, unknown>;
  readonly kept: Map<string, unknown>;
  /** This host's wall clock as a date: virtual time plus skew. */
  date(): Date;
  /** Runs a program as root outside any session, as the part that models the world needs it. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  sh(script: string, options?: RunOptions): Promise<RunResult>;
  /** Clean shutdown and boot; the promise resolves when sshd answers again. */
  reboot(): Promise<void>;
  /** Everything dies at once; disks stay. Stays off until `powerOn`. */
  powerLoss(): void;
  /** The kernel panics: everything dies as in a power loss, but the machine stays on until somebody resets it. */
  crash(): void;
  powerOn(): Promise<void>;
  /** Name resolution as nsswitch does: /etc/hosts, then the zone through /etc/resolv.conf. */
  resolve(name: string): readonly string[];
  reverse(address: string): string | undefined;
  /** LUNs seen over at least one path. */
  luns(): readonly { lun: Lun; paths: readonly LunPath[] }[];
}

/** The simulated DNS zone. */
export interface Dns {
  readonly forward: Map<string, string[]>;
  readonly reverse: Map<string, string>;
  /** False: servers do not answer. */
  answering: boolean;
}

/** What listens at a simulated address, for curl, ping, yum and the health checks that hosts run. */
export interface SimulatedServer {
  /** False: refused (`refused`) or no answer at all (`silent`). */
  state(port: number): 'open' | 'refused' | 'silent';
  request(
    url: URL,
    init: { method: string; headers: Readonly<Record<string, string>>; body: string },
  ): {
    status: number;
    headers?: Readonly<Record<string, string>>;
    body: string;
  };
}

/** Files of `--dir`: keys, CA, secrets, ports; what is there already is used again. */
export interface LabStore {
  readonly dir: string;
  read(path: string): string | undefined;
  write(path: string, text: string, mode?: number): void;
  /** The file's content, made by `make` at first use. */
  keep(path: string, make: () => string | Promise<string>, mode?: number): Promise<string>;
}

export type JournalKind = 'command' | 'process' | 'request' | 'fault' | 'event';
export interface JournalEntry {
  readonly n: number;
  readonly at: string;
  readonly target: string;
  readonly kind: JournalKind;
  readonly text: string;
  readonly exit?: number;
  readonly status?: number;
}

export interface Lab {
  readonly clock: Clock;
  readonly hosts: ReadonlyMap<string, LabHost>;
  readonly luns: Lun[];
  readonly targets: IscsiTarget[];
  /** The file servers. */
  readonly nfs: NfsServer[];
  readonly dns: Dns;
  /** By address. Mirrors and gateway are the kernel's; the engine part adds the engine VM's. */
  readonly servers: Map<string, SimulatedServer>;
  /** yum repositories of the simulated internet, by base URL without trailing slash. */
  readonly mirrors: Map<string, Repository>;
  /** rpm files that are installed by URL (release packages). */
  readonly rpmFiles: Map<string, { name: string }>;
  readonly secrets: {
    enginePassword: string;
    engineRootPassword: string;
    hostRootPassword: string;
    bmcPassword: string;
    /** CHAP, of the target that wants it. */
    iscsiPassword: string;
  };
  readonly engineFqdn: string;
  readonly engineAddress: string;
  readonly gateway: string;
  readonly profile: string;
  readonly random: () => number;
  readonly store: LabStore;
  /** Anything a part keeps for the whole datacentre. */
  readonly kept: Map<string, unknown>;
  readonly revision: number;
  /** Raises the revision. */
  changed(what: string): void;
  /** A defect of the lab itself, kept for the state document. */
  defect(text: string): void;
  /** The lab's journal; faults with a matching `match` act here, so a part awaits it before it acts on a request. */
  record(entry: { target: string; kind: JournalKind; text: string }): RecordedEntry;
  /** Applies the faults that wait for this text (`before` or `after` the work); tells what they ask for. */
  pass(point: 'before' | 'after', entry: RecordedEntry): Promise<FaultVerdict>;
}

/** A journal line whose outcome is filled in when it is known. */
export interface RecordedEntry {
  readonly entry: JournalEntry;
  finish(outcome: { exit?: number; status?: number }): void;
}

/** What is answered in place of a command or request. */
export interface FaultAnswer {
  exit?: number;
  stdout?: string;
  stderr?: string;
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

/** What a fault asks of whoever serves the command or request; the kernel acts on it for commands and processes. */
export interface FaultVerdict {
  /** Connection lost: `before` = without running, `after` = answer lost. */
  readonly drop?: boolean;
  /** Answer this instead of running. */
  readonly answer?: FaultAnswer;
  /** Never answer. */
  readonly hang?: boolean;
  /** Kinds that only the part can act upon (token-expired, auth-refused …). */
  readonly kinds: readonly string[];
}
