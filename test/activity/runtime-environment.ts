/** Runs the runtime's functions as activities on a local host, with two operations that touch files below /srv. */
import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type Operation, operation, type StepRef } from '../../activities/operation.ts';
import type { RuntimeContext } from '../../activities/runtime/context.ts';
import type { AnyOperation } from '../../activities/runtime/decide.ts';
import { activityInterceptors } from '../../activities/runtime/interceptors.ts';
import { report } from '../../activities/runtime/progress.ts';
import { wait } from '../../activities/runtime/waiting.ts';
import { Artifacts } from '../../connectors/artifacts.ts';
import { Schedules } from '../../connectors/schedules.ts';
import { parseInventory } from '../../inventory/load.ts';
import { resolveProfile } from '../../profiles/index.ts';
import type { LocalHost } from './runtime-local-host.ts';

const INVENTORY = `
profile: ovirt-4.3
engine: { fqdn: ovirt.test.local, url: 'https://127.0.0.1:8443/ovirt-engine', password: { env: A }, rootPassword: { env: B } }
hosts:
  - { name: host1, fqdn: host1.test.local, address: 127.0.0.1, ssh: { password: { env: C }, hostKey: 'SHA256:${'A'.repeat(43)}' }, role: hostedEngine }
storage: { hostedEngine: { type: fc, lun: 3600a098000e4b4b3000003c95d171065 } }
timing: { scale: 0.01 }
`;

/** Temporal as far as activities ask it; none of these tests has a schedule to ask about. */
export const schedules = new Schedules(new Client({ connection: Connection.lazy() }));

export const step: StepRef = { run: 'run-1', id: 'write-a-file', title: 'Write a file', attempt: 1, pass: 'run' };

export interface Options {
  readonly attempt?: number;
  readonly heartbeatDetails?: unknown;
  readonly scheduledTimestampMs?: number;
}

export function environment(options: Options = {}): MockActivityEnvironment {
  const info = { attempt: 1, scheduledTimestampMs: Date.now(), ...options };
  return new MockActivityEnvironment(info, { interceptors: [activityInterceptors], logger: silent });
}

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export function contextOn(host: LocalHost, signal: AbortSignal): RuntimeContext {
  const { inventory } = parseInventory(INVENTORY, 'test');
  return {
    inventory,
    inventoryDirectory: host.directory,
    profile: resolveProfile(inventory),
    scale: inventory.timing.scale,
    signal,
    host: () => host,
    engine: () => {
      throw new Error('there is no engine here');
    },
    secret: () => Promise.resolve('not asked for'),
    owners: async () => ({ open: [], closed: [] }),
    artifacts: new Artifacts(host.directory, 'test'),
    pause: (seconds) => wait(seconds * inventory.timing.scale * 1000, signal),
    progress: (line) => report({ line }),
  };
}

/** Runs one of the runtime's functions in an activity of its own. */
export function inActivity<T>(
  host: LocalHost,
  act: (context: RuntimeContext) => Promise<T>,
  env: MockActivityEnvironment = environment(),
  stopping: AbortSignal = new AbortController().signal,
): Promise<T> {
  const signal = AbortSignal.any([env.context.cancellationSignal, stopping]);
  return env.run(() => act(contextOn(host, signal)));
}

interface FileParams {
  readonly host: string;
  readonly path: string;
  readonly text: string;
}

/** A short operation: the file has the text. */
export const fileHas = operation<FileParams, string, { readonly length: number }>({
  name: 'fileHas',
  title: ({ path }) => `Write ${path}`,
  settleSeconds: 20,
  look: async (context, { host, path }) => (await context.host(host).read(['cat', path])).stdout,
  decide: (content, { path, text }) => ({
    state: content === text ? 'already' : content === 'forbidden' ? 'refused' : 'wouldDo',
    changes: content === text ? [] : [{ argv: ['install', '-m', '0644', '/dev/stdin', path], stdin: text }],
    evidence: [`${path} holds ${content.length} characters`],
    ...(content === text && { output: { length: content.length } }),
    ...(content === 'forbidden' && { findings: [{ what: `${path} may not be changed`, fix: 'ask its owner' }] }),
  }),
});

export interface ScriptParams {
  readonly host: string;
  /** What the unit runs, as Bash. */
  readonly run: string;
  /** Written before the unit starts, taken away by it. */
  readonly secret?: string;
}

/** A followed operation: done when /srv/done is there. */
export const longWork: Operation<ScriptParams, boolean, { readonly done: true }> = operation({
  name: 'longWork',
  title: () => 'Work for long',
  followed: true,
  look: async (context, { host }) => (await context.host(host).read(['test', '-e', '/srv/done'])).code === 0,
  decide: (done, { run, secret }) => {
    if (done)
      return {
        state: 'already' as const,
        changes: [],
        evidence: ['/srv/done is there'],
        output: { done: true as const },
      };
    const before = {
      argv: ['install', '-m', '0600', '/dev/stdin', '/srv/secret'],
      before: true,
      secretStdin: async () => secret ?? '',
    };
    const after = { argv: ['rm', '-f', '/srv/secret'], always: true };
    return {
      state: 'wouldDo' as const,
      changes: [
        ...(secret === undefined ? [] : [before]),
        { argv: ['bash', '-c', run] },
        ...(secret === undefined ? [] : [after]),
      ],
      evidence: ['/srv/done is missing'],
    };
  },
  stage: (log) => [...log.matchAll(/^Stage: (.*)$/gm)].at(-1)?.[1],
});

export const any = (known: object): AnyOperation => known as AnyOperation;
