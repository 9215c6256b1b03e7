/** The bash program: `bash -c`, scripts, scripts from stdin. */

import type { Command } from '../../types.ts';
import { FileError } from '../file-error.ts';
import type { Host } from '../host.ts';
import type { Process } from '../process.ts';
import { fromBytes } from '../streams.ts';
import { setOptions } from './builtins/control.ts';
import { registerBuiltins } from './builtins/index.ts';
import { parseScript } from './parse.ts';
import { interpreter, isSimple, runStatements, runToExit } from './run.ts';
import { Shell } from './state.ts';

/** Gives the program; host and process are those that the context belongs to. */
export function bashProgram(host: Host): Command {
  registerBuiltins();
  return async (context) => {
    const process = host.processes.get(context.process.pid);
    if (!process) return 127;
    await runBash(host, process, context.args);
    const end = await process.done;
    return end.code;
  };
}

async function runBash(host: Host, process: Process, args: readonly string[]): Promise<void> {
  const invoked = process.argv[0] ?? 'bash';
  const shell = new Shell(host, process, {
    name: invoked.startsWith('/') ? invoked : invoked.replace(/^-/, ''),
    interpreter,
  });
  let script: string | undefined;
  let index = 0;
  let takesScript = false;
  for (; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--login' || arg === '--noprofile' || arg === '--norc' || arg === '--posix') continue;
    if (arg === '--') {
      index += 1;
      break;
    }
    if (!/^[-+][a-zA-Z]+$/.test(arg)) break;
    const flags = arg.replace(/[cils]/g, '');
    takesScript ||= arg.startsWith('-') && arg.includes('c');
    if (flags.length > 1) {
      const option = flags.includes('o') ? [flags, args[index + 1] ?? ''] : [flags];
      setOptions(shell, option);
      index += option.length - 1;
    }
  }
  if (takesScript) {
    script = args[index];
    if (args[index + 1] !== undefined) shell.name = args[index + 1] ?? '';
    shell.positional = args.slice(index + 2);
  } else if (args[index] !== undefined) {
    const file = args[index] ?? '';
    shell.name = file;
    shell.fromFile = true;
    shell.positional = args.slice(index + 1);
    try {
      script = host.fs.read(file.startsWith('/') ? file : `${process.cwd}/${file}`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      process.write(2, `bash: ${file}: ${error.reason}\n`);
      process.end({ code: error.code === 'ENOENT' ? 127 : 126 });
      return;
    }
  } else script = fromBytes(await process.interruptible(process.files.get(0)?.all() ?? Promise.resolve('')));
  await runToExit(shell, async () => {
    const { statements } = parseScript(script ?? '');
    shell.becomesProgram = takesScript && isSimple(statements);
    return runStatements(shell, statements);
  });
}
