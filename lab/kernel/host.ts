/** One simulated host: what it is made of, its process table, its power. */
import type { LabCore } from '../lab-core.ts';
import type { Command, ExitStatus, LabHost, Power, RunOptions, RunResult } from '../types.ts';
import { bootHost, crash, cutPower, shutDownHost } from './boot.ts';
import { actAs, actor } from './current.ts';
import { MemoryFs } from './files.ts';
import { HostFirewall } from './firewall.ts';
import type { Lun, LunPath } from './model.ts';
import { HostNetwork } from './network.ts';
import type { LaunchOptions } from './process.ts';
import { Process, shellStatus } from './process.ts';
import { find, perform, standardPath, which } from './programs.ts';
import { Resolver } from './resolver.ts';
import { Rpms } from './rpm.ts';
import { collector, fromBytes, nullFile, type OpenFile, textSource, toBytes } from './streams.ts';
import { HostJournal } from './syslog.ts';
import { UnitManager } from './systemd/manager.ts';
import { HostLibvirt } from './virtualisation.ts';

export class Host implements LabHost {
  readonly name: string;
  readonly fqdn: string;
  readonly address: string;
  readonly lab: LabCore;
  readonly fs: MemoryFs;
  readonly packages: Rpms;
  readonly units: UnitManager;
  readonly journal: HostJournal;
  readonly firewalld: HostFirewall;
  readonly libvirt: HostLibvirt;
  readonly network: HostNetwork;
  readonly names: Resolver;
  readonly processes = new Map<number, Process>();
  readonly programs = new Map<string, Command>();
  readonly users = new Map<string, { uid: number; home: string; password: string | undefined }>();
  readonly volatile = new Map<string, unknown>();
  readonly kept = new Map<string, unknown>();
  boot = { id: '', at: 0 };
  power: Power = 'off';
  cpu: LabHost['cpu'] = {
    count: 16,
    model: 'Intel(R) Xeon(R) Silver 4110 CPU @ 2.10GHz',
    vendor: 'GenuineIntel',
    flags: [],
    mhz: 2100,
  };
  memory = { total: 64 * 2 ** 30, used: 900 * 2 ** 20, cache: 500 * 2 ** 20 };
  disks: LabHost['disks'] = [];
  clockSkew = 0;
  ntp = { synchronised: true };
  selinux: LabHost['selinux'] = 'Enforcing';
  /** Sessions and servers that end when the host goes down. */
  readonly onPower = new Set<(power: Power) => void>();
  /** Bumped whenever the machine stops, so that a boot under way knows that it was cut short. */
  powerCycle = 0;
  #pid = 1;

  constructor(lab: LabCore, options: { name: string; fqdn: string; address: string }) {
    this.lab = lab;
    this.name = options.name;
    this.fqdn = options.fqdn;
    this.address = options.address;
    this.fs = new MemoryFs({ now: () => this.date().getTime(), changed: (path) => this.worldChanged(path) });
    this.network = new HostNetwork(this);
    this.names = new Resolver(this);
    this.journal = new HostJournal(this);
    this.firewalld = new HostFirewall(this.network);
    this.packages = new Rpms(this);
    this.units = new UnitManager(this);
    this.libvirt = new HostLibvirt(this);
  }

  date(): Date {
    return new Date(this.lab.clock.now() + this.clockSkew * 1000);
  }

  setPower(power: Power): void {
    if (this.power === power) return;
    this.power = power;
    for (const told of [...this.onPower]) told(power);
  }

  /** A change made by a command (or what it started) raises the revision; what daemons do on their own does not. */
  worldChanged(what: string): void {
    if (actor()?.counts) this.lab.changed(`${this.name}: ${what}`);
  }

  /** Reads what only root may, on behalf of a set-uid program. */
  asRoot<T>(work: () => T): T {
    return actAs(undefined, work);
  }

  addProgram(name: string, command: Command): void {
    const path = name.startsWith('/') ? name : `/usr/bin/${name}`;
    this.fs.write(path, '\u007fELF', { mode: 0o755, owner: 'root', group: 'root' });
    this.programs.set(this.fs.realpath(path), command);
  }

  removeProgram(name: string): void {
    const path = name.startsWith('/') ? name : `/usr/bin/${name}`;
    this.programs.delete(path);
    if (this.fs.exists(path)) this.fs.remove(path);
  }

  which(name: string, path: string | undefined, cwd: string): string | undefined {
    return which(this, name, path, cwd);
  }

  home(user: string): string | undefined {
    return this.users.get(user)?.home;
  }

  uid(user: string): number {
    return this.users.get(user)?.uid ?? 65534;
  }

  /** Processes of a group; a group is led by the process of that pid. */
  group(leader: number): Process[] {
    return [...this.processes.values()].filter((one) => one.pid === leader || one.parent === leader);
  }

  controlGroup(unit: string): Process[] {
    return [...this.processes.values()].filter((one) => one.unit === unit);
  }

  /** Starts a program as a child; 126 or 127 when there is none, then the files stay the caller's. */
  execute(
    parent: Process,
    argv: readonly string[],
    options: { files: Map<number, OpenFile>; env: Map<string, string>; user?: string; cwd?: string; umask?: number },
  ): Process | 126 | 127 {
    const found = find(this, argv[0] ?? '', options.env.get('PATH'), parent.cwd);
    if (typeof found === 'number') return found;
    const child = this.#create(parent.pid, argv, {
      ...options,
      user: options.user ?? parent.user,
      cwd: options.cwd ?? parent.cwd,
      umask: options.umask ?? parent.actor.umask,
      cause: parent.cause,
      tty: parent.tty,
      ...(parent.unit !== undefined ? { unit: parent.unit } : {}),
    });
    for (const signal of parent.ignored) child.ignored.add(signal);
    void perform(this, child, found.run);
    return child;
  }

  /** Starts a program that has no parent here: sessions, units, the world's own doings. */
  launch(argv: readonly string[], options: LaunchOptions): Process | 126 | 127 {
    const found = find(this, argv[0] ?? '', options.env.get('PATH'), options.cwd ?? '/');
    if (typeof found === 'number') return found;
    const process = this.#create(1, argv, {
      ...options,
      user: options.user ?? 'root',
      cwd: options.cwd ?? '/',
      umask: 0o022,
      cause: options.cause ?? 'command',
      tty: options.tty ?? false,
    });
    if (options.quiet) this.lab.quiet.add(process);
    void perform(this, process, found.run);
    return process;
  }

  /** `exec`: the same process goes on as another program. */
  async replace(process: Process, argv: readonly string[], env: Map<string, string>): Promise<ExitStatus | 126 | 127> {
    const found = find(this, argv[0] ?? '', env.get('PATH'), process.cwd);
    if (typeof found === 'number') return found;
    process.argv = argv;
    process.env.clear();
    for (const [key, value] of env) process.env.set(key, value);
    process.handlers.clear();
    this.lab.quiet.delete(process);
    return perform(this, process, found.run);
  }

  /** A copy of a process that has not become another program yet: a subshell. */
  fork(parent: Process, options: { files: Map<number, OpenFile>; argv: readonly string[] }): Process {
    const child = this.#create(parent.pid, options.argv, {
      files: options.files,
      env: parent.env,
      user: parent.user,
      cwd: parent.cwd,
      umask: parent.actor.umask,
      cause: parent.cause,
      tty: parent.tty,
      ...(parent.unit !== undefined ? { unit: parent.unit } : {}),
    });
    for (const signal of parent.ignored) child.ignored.add(signal);
    return child;
  }

  #create(
    parent: number,
    argv: readonly string[],
    options: {
      files: Map<number, OpenFile>;
      env: Map<string, string>;
      user: string;
      cwd: string;
      umask: number;
      cause: 'command' | 'system';
      tty: boolean;
      unit?: string;
    },
  ): Process {
    do this.#pid = this.#pid >= 32767 ? 300 : this.#pid + 1;
    while (this.processes.has(this.#pid));
    const process = new Process({
      pid: this.#pid,
      parent,
      argv,
      startedAt: this.lab.clock.now(),
      onEnd: (ended) => this.processes.delete(ended.pid),
      onCompute: (computes) => this.lab.clock.computes(computes),
      ...options,
      env: new Map(options.env),
    });
    this.processes.set(process.pid, process);
    return process;
  }

  resetPids(): void {
    this.#pid = 900 + Math.floor(this.lab.random() * 400);
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const stdout = collector();
    const stderr = collector();
    const started = this.launch(argv, {
      files: new Map([
        [0, options.stdin === undefined ? nullFile() : textSource(toBytes(options.stdin))],
        [1, stdout.file],
        [2, stderr.file],
      ]),
      env: new Map(
        options.env ?? [
          ['PATH', standardPath],
          ['HOME', '/root'],
        ],
      ),
      user: options.user ?? 'root',
      cwd: options.cwd ?? '/root',
    });
    if (typeof started === 'number')
      return { code: started, stdout: '', stderr: `bash: ${argv[0]}: command not found\n` };
    const status = shellStatus(await started.done);
    return { code: status, stdout: fromBytes(stdout.bytes()), stderr: fromBytes(stderr.bytes()) };
  }

  sh(script: string, options?: RunOptions): Promise<RunResult> {
    return this.run(['/bin/bash', '-c', script], options);
  }

  async reboot(): Promise<void> {
    await shutDownHost(this);
    if (this.power === 'off') await bootHost(this);
  }

  powerLoss(): void {
    cutPower(this);
  }

  /** A clean shutdown, as the power button asks for it; stays off. */
  async shutDown(): Promise<void> {
    await shutDownHost(this);
  }

  crash(): void {
    crash(this);
  }

  async powerOn(): Promise<void> {
    if (this.power === 'off') await bootHost(this);
  }

  resolve(name: string): readonly string[] {
    return this.names.resolve(name);
  }

  reverse(address: string): string | undefined {
    return this.names.reverse(address);
  }

  luns(): { lun: Lun; paths: readonly LunPath[] }[] {
    return this.lab.luns.flatMap((lun) => {
      const paths = lun.paths.get(this.name) ?? [];
      return paths.length > 0 ? [{ lun, paths }] : [];
    });
  }
}
