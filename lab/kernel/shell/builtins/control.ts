/** Builtins of control flow: exit, return, break, eval, source, exec, set, trap, command, type. */
import { FileError } from '../../file-error.ts';
import { shellStatus } from '../../process.ts';
import { redirect, resolvePath } from '../redirect.ts';
import { runScript, setTrap } from '../run.ts';
import { runProgram, runSimple } from '../simple.ts';
import { FunctionReturn, LoopJump, type Shell, ShellError, ShellExit, type ShellOptions } from '../state.ts';
import { type Builtin, builtins, declarations } from './registry.ts';

const letters: Readonly<Record<string, keyof ShellOptions>> = {
  e: 'errexit',
  u: 'nounset',
  x: 'xtrace',
  f: 'noglob',
  C: 'noclobber',
};

/** Also for `bash -euo pipefail`; gives the arguments that are left. */
export function setOptions(shell: Shell, args: readonly string[]): { rest: string[]; positional: boolean } {
  let index = 0;
  for (; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') return { rest: args.slice(index + 1), positional: true };
    if (!/^[-+][a-zA-Z]+$/.test(arg)) break;
    for (const letter of arg.slice(1)) {
      const on = arg.startsWith('-');
      if (letter === 'o') {
        index += 1;
        const name = args[index] as keyof ShellOptions | undefined;
        if (name !== undefined && name in shell.options) shell.options[name] = on;
        else if (
          name !== undefined &&
          !['posix', 'history', 'vi', 'emacs', 'errtrace', 'functrace', 'monitor', 'verbose'].includes(name)
        )
          throw new ShellError(`set: ${name}: invalid option name`, 1);
      } else {
        const option = letters[letter];
        if (option) shell.options[option] = on;
        else if (!'abhkmnptvBEHPT'.includes(letter)) throw new ShellError(`set: ${arg}: invalid option`, 2);
      }
    }
  }
  return { rest: args.slice(index), positional: index < args.length };
}

function count(args: readonly string[]): number {
  return Math.max(1, Number.parseInt(args[0] ?? '1', 10) || 1);
}

/** Finds what a name would run: function, builtin or path. */
function kindOf(
  shell: Shell,
  name: string,
): { kind: 'function' | 'builtin' | 'keyword' | 'file'; path?: string } | undefined {
  if (shell.functions.has(name)) return { kind: 'function' };
  if (builtins.has(name) || declarations.has(name)) return { kind: 'builtin' };
  if (/^(if|then|else|fi|for|while|until|do|done|case|esac|function|\{|\}|!|\[\[|\]\])$/.test(name))
    return { kind: 'keyword' };
  const path = shell.host.which(name, shell.get('PATH'), shell.process.cwd);
  return path === undefined ? undefined : { kind: 'file', path };
}

function say(shell: Shell, line: string): void {
  shell.process.write(1, Buffer.from(`${line}\n`, 'utf8').toString('latin1'));
}

const command: Builtin = async (shell, args, redirections) => {
  const [option] = args;
  if (option === '-v' || option === '-V') {
    let code = 0;
    for (const name of args.slice(1)) {
      const found = kindOf(shell, name);
      if (!found) {
        if (option === '-V') shell.complain(`command: ${name}: not found`);
        code = 1;
      } else if (option === '-v') say(shell, found.path ?? name);
      else say(shell, found.path ? `${name} is ${found.path}` : `${name} is a shell ${found.kind}`);
    }
    return code;
  }
  const argv = option === '-p' || option === '--' ? args.slice(1) : args;
  const [name] = argv;
  if (name === undefined) return 0;
  const builtin = builtins.get(name);
  return builtin ? builtin(shell, argv.slice(1), redirections) : runProgram(shell, argv, []);
};

export const control: Readonly<Record<string, Builtin>> = {
  ':': async () => 0,
  true: async () => 0,
  false: async () => 1,
  command,
  builtin: async (shell, args, redirections) => {
    const builtin = builtins.get(args[0] ?? '');
    if (!builtin) throw new ShellError(`builtin: ${args[0]}: not a shell builtin`);
    return builtin(shell, args.slice(1), redirections);
  },
  type: async (shell, args) => {
    let code = 0;
    const option = args[0]?.startsWith('-') ? args[0] : '';
    for (const name of option ? args.slice(1) : args) {
      const found = kindOf(shell, name);
      if (!found) {
        if (option !== '-t' && option !== '-P') shell.complain(`type: ${name}: not found`);
        code = 1;
      } else if (option === '-t') say(shell, found.kind);
      else if (option === '-p' || option === '-P') say(shell, found.path ?? '');
      else say(shell, found.path ? `${name} is ${found.path}` : `${name} is a shell ${found.kind}`);
    }
    return code;
  },
  hash: async () => 0,
  exit: async (shell, args) => {
    if (args[0] !== undefined && !/^-?\d+$/.test(args[0])) {
      shell.complain(`exit: ${args[0]}: numeric argument required`);
      throw new ShellExit(2);
    }
    throw new ShellExit(args[0] === undefined ? shell.status : Number(args[0]));
  },
  return: async (shell, args) => {
    throw new FunctionReturn(args[0] === undefined ? shell.status : Number(args[0]));
  },
  break: async (_shell, args) => {
    throw new LoopJump('break', count(args));
  },
  continue: async (_shell, args) => {
    throw new LoopJump('continue', count(args));
  },
  eval: async (shell, args) => runScript(shell, args.join(' ')),
  '.': source,
  source,
  exec: async (shell, args, redirections) => {
    const argv = args[0] === '-a' ? args.slice(2) : args[0] === '-l' || args[0] === '-c' ? args.slice(1) : args;
    try {
      await redirect(shell, shell.process.files, redirections);
    } catch (error) {
      if (!(error instanceof ShellError)) throw error;
      shell.complain(error.message);
      throw new ShellExit(1);
    }
    if (argv.length === 0) return 0;
    const result = await shell.host.replace(shell.process, argv, shell.environment());
    if (typeof result === 'object') throw new ShellExit(shellStatus(result));
    shell.complain(`exec: ${argv[0]}: ${result === 126 ? 'cannot execute: Permission denied' : 'not found'}`);
    throw new ShellExit(result);
  },
  set: async (shell, args) => {
    if (args.length === 0)
      return runSimple(shell, { type: 'SimpleCommand', name: null, args: [], assignments: [], redirections: [] });
    const { rest, positional } = setOptions(shell, args);
    if (positional) shell.positional = rest;
    return 0;
  },
  shift: async (shell, args) => {
    const by = args[0] === undefined ? 1 : Number(args[0]);
    if (by > shell.positional.length) return 1;
    shell.positional = shell.positional.slice(by);
    return 0;
  },
  trap: async (shell, args) => {
    const list = args[0] === '--' ? args.slice(1) : args;
    if (list.length === 0 || list[0] === '-p') {
      for (const [name, action] of shell.traps)
        say(shell, `trap -- '${action}' ${name === 'EXIT' ? name : `SIG${name}`}`);
      return 0;
    }
    const numbers: Readonly<Record<string, string>> = {
      '0': 'EXIT',
      '1': 'HUP',
      '2': 'INT',
      '3': 'QUIT',
      '13': 'PIPE',
      '15': 'TERM',
    };
    const names = (list.length === 1 ? list : list.slice(1)).map(
      (name) => numbers[name] ?? name.toUpperCase().replace(/^SIG/, ''),
    );
    const action = list.length === 1 || list[0] === '-' ? undefined : list[0];
    for (const name of names) setTrap(shell, name, action);
    return 0;
  },
};

async function source(shell: Shell, args: readonly string[]): Promise<number> {
  const [file = ''] = args;
  const positional = shell.positional;
  if (args.length > 1) shell.positional = args.slice(1);
  try {
    return await runScript(shell, shell.host.fs.read(resolvePath(shell, file)));
  } catch (error) {
    if (error instanceof FunctionReturn) return error.code;
    if (error instanceof FileError) throw new ShellError(`${file}: ${error.reason}`);
    throw error;
  } finally {
    shell.positional = positional;
  }
}
