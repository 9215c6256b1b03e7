import type { CommandContext, Lab, LabHost, Lun } from '../../types.ts';
import type { HostedStorage, HostedVolumes } from '../storage.ts';
import type { Value } from './answers.ts';
import type { Console } from './console.ts';

/** One running `hosted-engine --deploy`: what it was told, what it has made so far. */
export class Deployment {
  /** Of the process that works at the moment: the setup itself, or the playbook it started. */
  ctx: CommandContext;
  readonly host: LabHost;
  readonly lab: Lab;
  readonly console: Console;
  readonly environment = new Map<string, Value>();
  readonly restoreFile: string | undefined;
  /** Directory of the bootstrap VM under /var/tmp. */
  localVmDir: string | undefined;
  lun: Lun | undefined;
  volumes: HostedVolumes | undefined;
  storage: HostedStorage | undefined;
  /** Id of the host in the engine, which becomes its HA host id. */
  spmId = 1;
  /** Where the running playbook writes its own log. */
  playLog: string | undefined;

  constructor(ctx: CommandContext, console: Console, restoreFile: string | undefined) {
    this.ctx = ctx;
    this.host = ctx.host;
    this.lab = ctx.lab;
    this.console = console;
    this.restoreFile = restoreFile;
  }

  /** The value under OVEHOSTED_…, as text; empty when unset. */
  text(key: string): string {
    const value = this.environment.get(`OVEHOSTED_${key}`);
    return value === undefined || value === null || value === false ? '' : String(value);
  }
  flag(key: string, unset: boolean): boolean {
    const value = this.environment.get(`OVEHOSTED_${key}`);
    return value === undefined || value === null
      ? unset
      : value === true || (typeof value === 'string' && value !== '');
  }
  number(key: string): number {
    return Number(this.environment.get(`OVEHOSTED_${key}`));
  }
  has(key: string): boolean {
    const value = this.environment.get(`OVEHOSTED_${key}`);
    return value !== undefined && value !== null;
  }
  set(key: string, value: Value): void {
    this.environment.set(`OVEHOSTED_${key}`, value);
  }

  get fqdn(): string {
    return this.text('NETWORK/fqdn') || this.text('VM/cloudinitInstanceHostName');
  }
  get bridgeIf(): string {
    return this.text('NETWORK/bridgeIf');
  }
  get hostAddress(): string {
    return this.text('NETWORK/host_name');
  }
}
