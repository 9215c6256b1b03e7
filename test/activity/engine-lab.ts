/** A deployed datacentre in this process, with activities called as a worker calls them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { operations } from '../../activities/index.ts';
import type { ApplyResult, CheckResult, StepRef } from '../../activities/operation.ts';
import { engineAccess } from '../../activities/runtime/engine-access.ts';
import { hostAccess } from '../../activities/runtime/host-access.ts';
import { createActivities } from '../../activities/runtime/register.ts';
import { type EngineClient, EngineSessions } from '../../connectors/engine/index.ts';
import { SshPool } from '../../connectors/ssh.ts';
import { FAILURES, type FailureType } from '../../failures/table.ts';
import { loadInventory } from '../../inventory/load.ts';
import { startLab } from '../../lab/lab.ts';
import { type JournalEntry, LabControl } from '../support/lab-control.ts';
import { environment, schedules } from './runtime-environment.ts';

interface Results {
  readonly check: CheckResult;
  readonly apply: ApplyResult;
}

export interface EngineLab {
  readonly control: LabControl;
  /** Path of the lab's inventory; activities read it anew each time. */
  readonly inventory: string;
  /** A client with a session of its own, as a fresh worker has. */
  client(): Promise<EngineClient>;
  /** One try of an activity. */
  perform<V extends keyof Results>(
    operation: string,
    verb: V,
    params: object,
    options?: { attempt?: number; step?: Partial<StepRef> },
  ): Promise<Results[V]>;
  /** Tries as the retry policy does; answers with the failures on the way. */
  insist(operation: string, params: object, step?: Partial<StepRef>): Promise<{ result: ApplyResult; on: string[] }>;
  /** What a script prints on a host. */
  host(name: string, script: string): Promise<string>;
  /** What the engine was asked since an entry, method and path only. */
  requests(since: number, wanted: RegExp): Promise<string[]>;
  close(): Promise<void>;
}

export interface EngineLabWish {
  readonly hosts?: number;
  /** Another version of the world than the one that we have a profile for: activities of images know no versions. */
  readonly profile?: string;
}

const TRIES = 60;
const PAUSE_MS = 200;

export async function startEngineLab({ hosts = 2, profile }: EngineLabWish = {}): Promise<EngineLab> {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-engine-'));
  const lab = await startLab({
    dir: join(directory, 'lab'),
    hosts,
    speed: 400,
    preset: 'deployed',
    ...(profile && { profile }),
  });
  if (profile) {
    const described = readFileSync(lab.inventory, 'utf8');
    writeFileSync(lab.inventory, described.replaceAll(profile, 'ovirt-4.3'));
  }
  const control = new LabControl(lab.control);
  const ssh = new SshPool();
  const engines = new EngineSessions();
  const { inventory, directory: inventoryDirectory } = await loadInventory(lab.inventory);
  const stopping = new AbortController().signal;
  const home = join(directory, 'home');
  const activities = createActivities(operations, {
    ssh,
    engines,
    schedules,
    inventory: lab.inventory,
    home,
    searchAttributes: false,
    stopping,
  });
  const perform: EngineLab['perform'] = (operation, verb, params, options = {}) => {
    const call = activities[`${operation}.${verb}`] as unknown as (input: object) => Promise<never>;
    const step: StepRef = { run: 'run', id: operation, title: operation, attempt: 1, pass: 'run', ...options.step };
    return environment({ attempt: options.attempt ?? 1 }).run(() => call({ step, params }));
  };
  return {
    control,
    inventory: lab.inventory,
    async client() {
      const source = { ssh, engines: new EngineSessions(), inventory, inventoryDirectory, signal: stopping };
      return engineAccess(source, { correlationId: crypto.randomUUID(), signal: stopping });
    },
    perform,
    async insist(operation, params, step = {}) {
      const on: string[] = [];
      for (let attempt = 1; ; attempt++) {
        try {
          return { result: await perform(operation, 'apply', params, { attempt, step }), on };
        } catch (error) {
          if (!(error instanceof ApplicationFailure)) throw error;
          const type = error.type as FailureType;
          if (!FAILURES[type].retry || attempt === TRIES) throw error;
          on.push(type);
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
      }
    },
    async host(name, script) {
      const source = { ssh, inventory, inventoryDirectory, signal: stopping };
      return (await hostAccess(source, name).readScript(script)).stdout;
    },
    async requests(since, wanted) {
      const entries = await control.journal(since);
      return entries.filter((entry) => isRequest(entry, wanted)).map(({ text }) => text.split('\n')[0] ?? '');
    },
    async close() {
      await ssh.close();
      await lab.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function isRequest({ kind, text }: JournalEntry, wanted: RegExp): boolean {
  return kind === 'request' && wanted.test(text);
}
