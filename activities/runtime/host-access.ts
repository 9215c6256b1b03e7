import { type SshMachine, type SshPool, sshTarget } from '../../connectors/ssh.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { Inventory } from '../../inventory/schema.ts';
import type { HostShell, ShellResult } from './host-shell.ts';

export interface ChangeOptions {
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

/** A shell that may also change things; only the runtime has it, operations get the reading part. */
export interface HostAccess extends HostShell {
  /** Runs one program to its end, whatever happens to the activity meanwhile. */
  change(argv: readonly string[], options?: ChangeOptions): Promise<ShellResult>;
}

/** In real seconds: what takes longer than this is followed as a unit. */
const READ_TIMEOUT_MS = 90_000;
const CHANGE_TIMEOUT_MS = 180_000;

export interface HostSource {
  readonly ssh: SshPool;
  readonly inventory: Inventory;
  readonly inventoryDirectory: string;
  /** Aborts reads; a change that has begun is waited for. */
  readonly signal: AbortSignal;
}

/** By what name commands call the machine that the engine runs in; no host has it. */
export const ENGINE_MACHINE = 'engine';

/** A host, or the engine VM as `engine`. @throws NotFound for a name that the inventory does not have */
export function hostAccess(source: HostSource, name: string): HostAccess {
  const target = sshTarget(machine(source.inventory, name), source.inventoryDirectory);
  const { signal, ssh } = source;
  const read = { signal, timeoutMs: READ_TIMEOUT_MS };
  return {
    name,
    read: (argv, stdin) => ssh.run(target, { argv }, { ...read, ...(stdin !== undefined && { stdin }) }),
    readScript: (script) => ssh.run(target, { script }, read),
    change: (argv, options = {}) => ssh.run(target, { argv }, { timeoutMs: CHANGE_TIMEOUT_MS, ...options }),
  };
}

function machine({ hosts, engine }: Inventory, name: string): SshMachine {
  const host = hosts.find((candidate) => candidate.name === name);
  if (host !== undefined) return host;
  if (name !== ENGINE_MACHINE) {
    const known = hosts.map((candidate) => candidate.name).join(', ');
    throw new OperatorError('NotFound', `host ${name}: the inventory has no host of this name; it has ${known}`);
  }
  const { ssh } = engine;
  if (ssh === undefined) {
    throw new OperatorError('NotFound', 'engine VM: the inventory does not say how to log in to it (engine.ssh)');
  }
  return { name, address: ssh.address ?? engine.fqdn, ssh };
}
