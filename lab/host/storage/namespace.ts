/** unshare of util-linux, as far as a namespace of mounts goes. */

import { actAs } from '../../kernel/current.ts';
import type { Host } from '../../kernel/host.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { runProgram } from '../base/run-program.ts';

/** Where something is mounted in a namespace of its own, by the process that began it. */
function privateMounts(host: Host): Map<number, string[]> {
  const known = host.volatile.get('namespaces') as Map<number, string[]> | undefined;
  if (known) return known;
  const fresh = new Map<number, string[]>();
  host.volatile.set('namespaces', fresh);
  return fresh;
}

/** What is mounted in the process' own namespace; undefined in that of the host. */
export function ownNamespace(ctx: CommandContext): string[] | undefined {
  const host = ctx.host as Host;
  const namespaces = privateMounts(host);
  for (let pid: number | undefined = ctx.process.pid; pid !== undefined; pid = host.processes.get(pid)?.parent) {
    const found = namespaces.get(pid);
    if (found) return found;
  }
  return undefined;
}

/**
 * Waits for its turn: all namespaces of a host share one tree of files here, so that two would see each other's mounts.
 * Answers with what ends the turn.
 */
async function turnOf(host: Host): Promise<() => void> {
  const before = host.volatile.get('namespace-turn') as Promise<void> | undefined;
  let end = (): void => undefined;
  const turn = new Promise<void>((resolve) => {
    end = resolve;
  });
  host.volatile.set(
    'namespace-turn',
    (before ?? Promise.resolve()).then(() => turn),
  );
  await before;
  return end;
}

/** `unshare -m PROGRAM ARG…`: what is mounted meanwhile is in no list of the host, and goes with the program. */
export const unshare: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'm', ['mount'], { stopAtOperand: true });
  const argv = operands.length === 0 ? ['/bin/bash'] : operands;
  if (!has('m', 'mount')) return runProgram(ctx, 'unshare', argv);
  if (ctx.user !== 'root') {
    ctx.err('unshare: unshare failed: Operation not permitted\n');
    return 1;
  }
  const host = ctx.host as Host;
  const nested = ownNamespace(ctx) !== undefined;
  const end = nested ? () => undefined : await turnOf(host);
  const namespaces = privateMounts(host);
  const mounted: string[] = [];
  namespaces.set(ctx.process.pid, mounted);
  try {
    return await runProgram(ctx, 'unshare', argv);
  } finally {
    namespaces.delete(ctx.process.pid);
    for (const at of mounted) actAs(undefined, () => host.fs.unmount(at));
    end();
  }
};
