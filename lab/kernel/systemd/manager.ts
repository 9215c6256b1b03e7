/** The manager: jobs that start and stop units, dependencies and conflicts, what is pulled in at boot. */
import { waiting } from '../current.ts';
import type { Host } from '../host.ts';
import type { UnitStatus, Units } from '../model.ts';
import { unmetCondition } from './conditions.ts';
import { canonical, UnitFiles } from './files.ts';
import { endControlGroup, launch } from './service.ts';
import { newUnit, statusOf, type Unit, UnitError } from './unit.ts';
import { parseUnitFile } from './unit-file.ts';

export class UnitManager implements Units {
  readonly host: Host;
  readonly files: UnitFiles;
  readonly loaded = new Map<string, Unit>();
  readonly #jobs = new Map<string, { kind: 'start' | 'stop'; done: Promise<void> }>();

  constructor(host: Host) {
    this.host = host;
    this.files = new UnitFiles(host.fs);
  }

  status(name: string): UnitStatus {
    const real = this.files.resolve(canonical(name));
    const masked = this.files.masked(real);
    const found = this.files.settings(real) !== undefined;
    return statusOf(real, this.loaded.get(real), {
      loadState: masked ? 'masked' : found ? 'loaded' : 'not-found',
      enabled: this.files.state(real),
    });
  }

  /** In memory: running, failed, or referenced; others are garbage-collected, as is-active shows. */
  inMemory(name: string): boolean {
    const unit = this.loaded.get(this.files.resolve(canonical(name)));
    if (unit === undefined) return this.files.state(this.files.resolve(canonical(name))) === 'enabled';
    return unit.active !== 'inactive' || this.files.state(unit.name) === 'enabled';
  }

  isActive(name: string): boolean {
    const active = this.unit(name)?.active;
    return active === 'active' || active === 'reloading';
  }

  names(): readonly string[] {
    return [...new Set([...this.files.names(), ...this.loaded.keys()])].sort();
  }

  unit(name: string): Unit | undefined {
    return this.loaded.get(this.files.resolve(canonical(name)));
  }

  async start(name: string): Promise<void> {
    const real = this.files.resolve(canonical(name));
    if (this.files.masked(real)) throw new UnitError(`Failed to start ${real}: Unit is masked.`, 1);
    if (!this.loaded.get(real)?.transient && !this.files.settings(real))
      throw new UnitError(`Failed to start ${real}: Unit not found.`, 5);
    await waiting(this.#job(real, 'start', () => this.#start(real)));
  }

  async stop(name: string): Promise<void> {
    const real = this.files.resolve(canonical(name));
    const unit = this.loaded.get(real);
    if (!unit && !this.files.settings(real)) throw new UnitError(`Failed to stop ${real}: Unit ${real} not loaded.`, 5);
    if (!unit) return;
    await waiting(this.#job(real, 'stop', () => this.#stop(unit)));
  }

  async restart(name: string): Promise<void> {
    const real = this.files.resolve(canonical(name));
    if (this.loaded.has(real)) await this.stop(real);
    await this.start(real).catch((error: unknown) => {
      if (error instanceof UnitError) throw new UnitError(error.message.replace('to start', 'to restart'), error.code);
      throw error;
    });
  }

  enable(name: string): string[] {
    return this.files.enable(canonical(name));
  }

  disable(name: string): string[] {
    return this.files.disable(this.files.resolve(canonical(name)));
  }

  mask(name: string): string[] {
    return this.files.mask(canonical(name));
  }

  unmask(name: string): string[] {
    return this.files.unmask(canonical(name));
  }

  resetFailed(name: string): void {
    const unit = this.unit(name);
    if (unit?.active !== 'failed') return;
    unit.active = 'inactive';
    unit.sub = 'dead';
    unit.result = 'success';
    if (unit.transient) this.loaded.delete(unit.name);
    this.host.worldChanged(`reset ${unit.name}`);
  }

  reload(): void {
    for (const unit of this.loaded.values())
      if (!unit.transient) unit.settings = this.files.settings(unit.name) ?? unit.settings;
  }

  /** A unit made of a command line; it exists until it is stopped, or has ended well without remain-after-exit. */
  async runTransient(
    name: string,
    options: { command: NonNullable<Unit['command']>; description: string; remain: boolean; type: string },
  ): Promise<Unit> {
    const real = canonical(name);
    if (this.loaded.has(real) || this.files.settings(real))
      throw new UnitError(`Failed to start transient service unit: Unit ${real} already exists.`, 1);
    const settings = parseUnitFile(
      `[Unit]\nDescription=${options.description}\n[Service]\nType=${options.type}\n`,
      `/run/systemd/system/${real}`,
      real,
    );
    const unit = newUnit(real, {
      settings,
      transient: true,
      command: options.command,
      remainAfterExit: options.remain,
    });
    this.loaded.set(real, unit);
    await launch(this, unit);
    return unit;
  }

  /** Starts what multi-user.target wants, in order of name with ordering by After. */
  async boot(): Promise<void> {
    const wanted = [
      ...this.files.wantedBy('sysinit.target'),
      ...this.files.wantedBy('basic.target'),
      ...this.files.wantedBy('multi-user.target'),
    ];
    const services = wanted.filter((name) => name.endsWith('.service'));
    const rank = (name: string): number =>
      /network|firewalld|iptables|multipathd|chronyd/.test(name)
        ? 0
        : /sanlock|wdmd|libvirtd|supervdsmd/.test(name)
          ? 1
          : /vdsmd/.test(name)
            ? 2
            : 3;
    const cycle = this.host.powerCycle;
    for (const name of services.sort((a, b) => rank(a) - rank(b))) {
      await this.start(name).catch(() => undefined);
      // Power was lost meanwhile: the rest is for the next boot.
      if (this.host.powerCycle !== cycle) return;
    }
  }

  /** The machine is gone: no unit ran its stop commands. */
  powerLost(): void {
    for (const unit of this.loaded.values()) unit.cancelRestart?.();
    this.loaded.clear();
    this.#jobs.clear();
  }

  async #job(name: string, kind: 'start' | 'stop', work: () => Promise<void>): Promise<void> {
    const other = this.#jobs.get(name);
    if (other?.kind === kind) return other.done;
    if (other && kind === 'start') await other.done.catch(() => undefined);
    const done = work().finally(() => {
      if (this.#jobs.get(name)?.done === done) this.#jobs.delete(name);
    });
    this.#jobs.set(name, { kind, done });
    return done;
  }

  async #start(name: string): Promise<void> {
    const unit = this.#load(name);
    if (unit.active === 'active' || unit.active === 'reloading') return;
    const settings = unit.settings;
    if (!settings) return;
    unit.cancelRestart?.();
    for (const other of settings.words('Unit', 'Conflicts'))
      if (other.endsWith('.service') && this.isActive(other)) await this.stop(other);
    for (const other of this.loaded.values())
      if (other.active === 'active' && other.settings?.words('Unit', 'Conflicts').includes(name))
        await this.stop(other.name);
    const unmet = unmetCondition(settings, this.host.fs);
    unit.conditionResult = unmet === undefined;
    if (unmet !== undefined) {
      unit.unmet = { text: unmet, at: this.host.lab.clock.now() };
      return;
    }
    unit.unmet = undefined;
    const cycle = this.host.powerCycle;
    for (const other of [
      ...settings.words('Unit', 'Requires'),
      ...settings.words('Unit', 'BindsTo'),
      ...settings.words('Unit', 'Wants'),
    ]) {
      if (!other.endsWith('.service') || this.isActive(other) || !this.files.settings(this.files.resolve(other)))
        continue;
      const required = !settings.words('Unit', 'Wants').includes(other);
      await this.start(other).catch((error: unknown) => {
        if (required) throw new UnitError(`A dependency job for ${name} failed. See 'journalctl -xe' for details.`, 1);
        if (!(error instanceof UnitError)) throw error;
      });
    }
    if (this.host.powerCycle !== cycle) return;
    this.host.worldChanged(`start ${name}`);
    await launch(this, unit);
  }

  async #stop(unit: Unit): Promise<void> {
    unit.cancelRestart?.();
    for (const other of [...this.loaded.values()])
      if (other !== unit && other.active === 'active' && this.#needs(other, unit.name)) await this.stop(other.name);
    if (unit.active === 'inactive' || unit.active === 'failed') {
      if (unit.active === 'inactive') return;
      return;
    }
    this.host.worldChanged(`stop ${unit.name}`);
    await endControlGroup(this, unit);
  }

  #needs(other: Unit, name: string): boolean {
    return ['Requires', 'BindsTo', 'PartOf'].some((key) => other.settings?.words('Unit', key).includes(name));
  }

  #load(name: string): Unit {
    const existing = this.loaded.get(name);
    if (existing) {
      if (!existing.transient) existing.settings = this.files.settings(name);
      return existing;
    }
    const settings = this.files.settings(name);
    const unit = newUnit(name, {
      settings,
      transient: false,
      remainAfterExit: settings?.one('Service', 'RemainAfterExit') === 'yes',
    });
    this.loaded.set(name, unit);
    return unit;
  }
}
