/** What the tools on files share: paths as the user means them, one message per file that fails, bytes as they are. */
import { FileError, normalise } from '../../kernel/file-error.ts';
import type { CommandContext } from '../../types.ts';

export function at(ctx: CommandContext, path: string): string {
  return normalise(path.startsWith('/') ? path : `${ctx.cwd}/${path}`);
}

/** Runs work on each operand; a file error becomes the tool's message and code 1. */
export async function eachFile(
  ctx: CommandContext,
  name: string,
  paths: readonly string[],
  work: (path: string, given: string) => void | Promise<void>,
  message?: (given: string) => string,
): Promise<number> {
  let code = 0;
  for (const given of paths) {
    try {
      await work(at(ctx, given), given);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      ctx.err(`${name}: ${message ? message(given) : `${given}`}: ${error.reason}\n`);
      code = 1;
    }
  }
  return code;
}
