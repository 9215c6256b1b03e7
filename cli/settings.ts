import { resolve } from 'node:path';
import { Home } from './home.ts';
import { readStack, type Stack } from './stack/record.ts';

/** Flags that every command takes that talks to a server or reads the inventory. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly address?: string;
  readonly namespace?: string;
  readonly inventory?: string;
  readonly by?: string;
}

/** What a command works with, each value from the first place that names it: flag, environment, stack, default. */
export interface Settings {
  readonly home: Home;
  readonly stack?: Stack;
  readonly address: string;
  readonly namespace: string;
  /** The Temporal UI, where it is known. */
  readonly ui?: string;
  readonly inventory: string;
}

export function resolveSettings(
  flags: CommonFlags,
  env: NodeJS.ProcessEnv = process.env,
  home = new Home(env.RUNBOOK_HOME || undefined),
): Settings {
  const stack = readStack(home);
  const address = flags.address ?? (env.TEMPORAL_ADDRESS || undefined) ?? stack?.temporal.address ?? 'localhost:7233';
  const ui =
    (env.TEMPORAL_UI_URL || undefined) ?? (address === stack?.temporal.address ? stack.temporal.ui : undefined);
  const inventory =
    flags.inventory ??
    (env.RUNBOOK_INVENTORY || undefined) ??
    stack?.lab?.inventory ??
    stack?.inventory ??
    'datacenter.yaml';
  return {
    home,
    ...(stack && { stack }),
    address,
    namespace: flags.namespace ?? (env.TEMPORAL_NAMESPACE || undefined) ?? stack?.temporal.namespace ?? 'default',
    ...(ui && { ui: ui.replace(/\/+$/, '') }),
    inventory: resolve(inventory),
  };
}

/** Links into the Temporal UI; nothing where its address is not known. */
export const links = {
  start: ({ ui, namespace }: Pick<Settings, 'ui' | 'namespace'>, runbook: string, taskQueue: string) =>
    ui &&
    `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/start-workflow?taskQueue=${taskQueue}&workflowType=${runbook}`,
  run: ({ ui, namespace }: Pick<Settings, 'ui' | 'namespace'>, id: string, runId: string) =>
    ui && `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(id)}/${runId}`,
  schedules: ({ ui, namespace }: Pick<Settings, 'ui' | 'namespace'>) =>
    ui && `${ui}/namespaces/${encodeURIComponent(namespace)}/schedules`,
  schedule: ({ ui, namespace }: Pick<Settings, 'ui' | 'namespace'>, id: string) =>
    ui && `${ui}/namespaces/${encodeURIComponent(namespace)}/schedules/${encodeURIComponent(id)}`,
};
