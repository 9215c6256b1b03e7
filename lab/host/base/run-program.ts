/** How tools that are told a program run it: as a child, or in their own place. */
import type { Host } from '../../kernel/host.ts';
import { type Process, shellStatus } from '../../kernel/process.ts';
import type { CommandContext } from '../../types.ts';

/** Starts a program as a child that shares this one's descriptors. */
export function startProgram(
  ctx: CommandContext,
  argv: readonly string[],
  options: { env?: ReadonlyMap<string, string>; user?: string; cwd?: string } = {},
): Process | 126 | 127 {
  const host = ctx.host as Host;
  const process = ctx.process as Process;
  return host.execute(process, argv, {
    files: new Map([...process.files].map(([descriptor, file]) => [descriptor, file.dup()])),
    env: new Map(options.env ?? ctx.env),
    ...(options.user !== undefined ? { user: options.user } : {}),
    ...(options.cwd !== undefined ? { cwd: options.cwd } : {}),
  });
}

/** Runs it to its end; gives the shell's code, or the wrapper's message when it cannot be started. */
export async function runProgram(
  ctx: CommandContext,
  wrapper: string,
  argv: readonly string[],
  options: Parameters<typeof startProgram>[2] = {},
): Promise<number> {
  const child = startProgram(ctx, argv, options);
  if (typeof child === 'number') {
    return cannotRun(ctx, wrapper, argv, child);
  }
  return shellStatus(await (ctx.process as Process).interruptible(child.done));
}

/** The process becomes another program: same pid, same descriptors. */
export async function become(
  ctx: CommandContext,
  wrapper: string,
  argv: readonly string[],
  env = ctx.env,
): Promise<number> {
  const status = await (ctx.host as Host).replace(ctx.process as Process, argv, new Map(env));
  if (typeof status === 'object') return status.code;
  return cannotRun(ctx, wrapper, argv, status);
}

function cannotRun(ctx: CommandContext, wrapper: string, [program]: readonly string[], status: number): number {
  const why = status === 127 ? 'No such file or directory' : 'Permission denied';
  ctx.err(`${wrapper}: failed to run command ‘${program}’: ${why}\n`);
  return status;
}
