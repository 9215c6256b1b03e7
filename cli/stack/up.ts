import { existsSync } from 'node:fs';
import { withFileLock } from '../../scripts/file-lock.mjs';
import { usage } from '../failure.ts';
import type { Home } from '../home.ts';
import { note } from '../output.ts';
import { resolveSettings } from '../settings.ts';
import { connect } from '../temporal.ts';
import { endRunsOfFormerLab } from './fresh.ts';
import { refuseForeignRuns, refuseOtherLab, refuseOtherWorker } from './guards.ts';
import { LAB_DEFAULTS, labProgram, labReady, resetLab } from './lab.ts';
import { isOurs, type Program, type Running, running, startDetached, stop } from './process.ts';
import {
  type LabRecord,
  type LabSettings,
  type Processes,
  type ProcessRecord,
  type Role,
  readProcesses,
  readSettings,
  readStack,
  type Stack,
  writeProcesses,
  writeSettings,
  writeStack,
} from './record.ts';
import { addressOf, freePort, NAMESPACE, temporalProgram, temporalReady, uiOf } from './temporal-server.ts';
import { workerProgram, workerReady } from './worker.ts';

export interface UpRequest {
  readonly home: Home;
  /** Set when a lab is asked for; what is left out is as it was, else the default. */
  readonly lab?: Partial<LabSettings>;
  /** The user's inventory; with a lab it wins over the lab's. */
  readonly inventory?: string;
  /** A server that runs already: none is started. */
  readonly temporal?: Stack['temporal'];
  /** Begin with the lab's preset anew: runs that were left open on it are ended. */
  readonly fresh?: boolean;
}

/** The server that the environment names, if it does. */
export function givenTemporal(env: NodeJS.ProcessEnv = process.env): Stack['temporal'] | undefined {
  if (!env.TEMPORAL_ADDRESS) return undefined;
  const { address, namespace, ui } = resolveSettings({}, env);
  return { address, namespace, ...(ui && { ui }) };
}

/** Starts what is missing of the stack, on the same ports, database and lab as before; what runs is left alone. */
export function up(request: UpRequest): Promise<Stack> {
  const { home } = request;
  home.folder('logs');
  return withFileLock(home.path('up.lock'), () => new Raising(request).raise(), {
    waiting: (pid) => note(`Another "up" or "down" (process ${pid}) is at work in ${home.directory}: waiting for it.`),
  });
}

class Raising {
  private readonly home: Home;
  private readonly before: Stack | undefined;
  private processes: Processes;
  private readonly begun: ProcessRecord[] = [];

  constructor(private readonly request: UpRequest) {
    this.home = request.home;
    this.before = readStack(this.home);
    this.processes = Object.fromEntries(
      Object.entries(readProcesses(this.home)).filter(([, record]) => isOurs(record)),
    );
  }

  async raise(): Promise<Stack> {
    const { home, request, before, processes } = this;
    const lab = this.wishedLab();
    const inventory = request.inventory ?? (lab ? home.path('lab', 'datacenter.yaml') : before?.inventory);
    if (inventory === undefined || (lab === undefined && !existsSync(inventory))) {
      const where = inventory ?? 'datacenter.yaml';
      throw usage(
        `there is no inventory at ${where}: describe your datacentre there (see examples/datacenter.yaml), name another with --inventory, or try the simulated one with --lab.`,
      );
    }
    if (processes.lab !== undefined) refuseOtherLab(request, readSettings(home).lab);
    if (processes.worker !== undefined) refuseOtherWorker(before, { inventory, address: request.temporal?.address });
    try {
      return await this.start(lab, inventory);
    } catch (error) {
      // Half a stack would be taken for a whole one by the next command.
      for (const record of this.begun.reverse()) await stop(record);
      this.forgetEnded();
      throw error;
    }
  }

  private async start(wishedLab: LabSettings | undefined, inventory: string): Promise<Stack> {
    const { home, request } = this;
    const labRuns = this.processes.lab !== undefined;
    const temporal = await this.temporal();
    await refuseForeignRuns(temporal, readSettings(home).servedInventory, inventory);
    if (request.fresh && this.processes.temporal !== undefined) await endRunsOfFormerLab(temporal);
    const lab = wishedLab && (await this.lab(wishedLab));
    if (request.fresh && labRuns && lab && wishedLab) await resetLab(lab.control, wishedLab);
    const worker = { home, ...temporal, inventory };
    await workerReady(this.once('worker', 'the worker', await workerProgram(worker)), worker);
    const pids = Object.fromEntries(Object.entries(this.processes).map(([role, record]) => [role, record.pid]));
    const stack: Stack = { temporal, ...(lab && { lab }), ...(lab?.inventory !== inventory && { inventory }), pids };
    writeStack(home, stack);
    writeSettings(home, { ...readSettings(home), servedInventory: inventory });
    return stack;
  }

  /** The lab to run: asked for now, or part of the stack that is recorded. */
  private wishedLab(): LabSettings | undefined {
    const { request, before, home } = this;
    const served = before?.inventory ?? before?.lab?.inventory;
    const elsewhere = request.inventory !== undefined && request.inventory !== served;
    if (request.lab === undefined && (before?.lab === undefined || elsewhere)) return undefined;
    const recorded = before?.lab === undefined ? undefined : readSettings(home).lab;
    return { ...LAB_DEFAULTS, ...recorded, ...request.lab };
  }

  private async temporal(): Promise<Stack['temporal']> {
    const { request, home, before } = this;
    const given = request.temporal;
    if (given !== undefined && given.address !== before?.temporal.address) {
      const { connection } = await connect(given);
      await connection.close();
      return given;
    }
    const { temporalPort = await freePort(), uiPort = await freePort() } = readSettings(home);
    const ports = { temporalPort, uiPort };
    // Before the start: an `up` that is interrupted must find its server again.
    writeSettings(home, { ...readSettings(home), ...ports });
    const program = await temporalProgram(home, ports);
    await temporalReady(this.once('temporal', 'the Temporal server', program), program.log, ports);
    return { address: addressOf(ports), ui: uiOf(ports), namespace: given?.namespace ?? NAMESPACE };
  }

  private async lab(settings: LabSettings): Promise<LabRecord> {
    const { home } = this;
    writeSettings(home, { ...readSettings(home), lab: settings });
    const program = await labProgram(home, settings);
    const what = `the lab (${settings.hosts} hosts, ${settings.preset}, speed ${settings.speed})`;
    return labReady(this.once('lab', what, program), program);
  }

  /** Starts a process unless it runs; recorded at once, so that `down` finds it whatever happens next. */
  private once(role: Role, what: string, program: Program): Running {
    const known = this.processes[role];
    if (known !== undefined) return running(known);
    note(`Starting ${what} …`);
    const started = startDetached(program);
    this.begun.push(started.record);
    this.processes = { ...this.processes, [role]: started.record };
    writeProcesses(this.home, this.processes);
    return started;
  }

  private forgetEnded(): void {
    this.processes = Object.fromEntries(Object.entries(this.processes).filter(([, record]) => isOurs(record)));
    writeProcesses(this.home, this.processes);
  }
}
