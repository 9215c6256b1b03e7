/** Simple commands: assignments, functions, builtins, programs. */
import type { SimpleCommandNode } from 'just-bash';
import { shellStatus } from '../process.ts';
import { toBytes } from '../streams.ts';
import { declare } from './builtins/declare.ts';
import { builtins, declarations } from './builtins/registry.ts';
import { expandWords } from './expand.ts';
import { subscriptKey } from './parameter.ts';
import { closeAll, inherit, redirect, withRedirections } from './redirect.ts';
import { FunctionReturn, type Shell, ShellError, ShellExit, type Variable } from './state.ts';
import { expandText } from './words.ts';

export async function runSimple(shell: Shell, node: SimpleCommandNode): Promise<number> {
  if (node.line !== undefined) shell.line = node.line;
  const before = shell.status;
  if (!node.name) {
    shell.substituted = undefined;
    if (node.redirections.length > 0) {
      const code = await withRedirections(shell, node.redirections, async () => 0);
      if (code !== 0) return code;
    }
    for (const assignment of node.assignments) await assign(shell, assignment);
    return shell.substituted ?? 0;
  }
  const name =
    node.name.parts.length === 1 && node.name.parts[0]?.type === 'Literal' ? node.name.parts[0].value : undefined;
  if (name !== undefined && declarations.has(name))
    return withRedirections(shell, node.redirections, () => declare(shell, name, node.args));
  shell.substituted = undefined;
  const argv = await expandWords(shell, [node.name, ...node.args]);
  shell.status = before;
  const [program] = argv;
  if (program === undefined) {
    for (const assignment of node.assignments) await assign(shell, assignment);
    return shell.substituted ?? 0;
  }
  if (shell.options.xtrace) shell.process.write(2, `+ ${argv.map(quoteForTrace).join(' ')}\n`);
  const saved = new Map<string, Variable | undefined>();
  for (const assignment of node.assignments) {
    const old = shell.variables.get(assignment.name);
    saved.set(assignment.name, old && { ...old });
    await assign(shell, assignment, true);
  }
  try {
    return await dispatch(shell, program, argv, node.redirections);
  } finally {
    for (const [key, old] of saved) {
      if (old) shell.variables.set(key, old);
      else shell.variables.delete(key);
    }
  }
}

function quoteForTrace(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}

async function dispatch(
  shell: Shell,
  program: string,
  argv: readonly string[],
  redirections: SimpleCommandNode['redirections'],
): Promise<number> {
  const args = argv.slice(1);
  const defined = shell.functions.get(program);
  if (defined)
    return withRedirections(shell, [...redirections, ...defined.redirections], async () => {
      const positional = shell.positional;
      if (shell.depth > 200) throw new ShellError(`${program}: maximum function nesting level exceeded`, 1, true);
      shell.positional = [...args];
      shell.scopes.push(new Map());
      shell.depth += 1;
      try {
        return await shell.interpreter.runCommand(shell, defined.body);
      } catch (error) {
        if (error instanceof FunctionReturn) return error.code;
        throw error;
      } finally {
        shell.depth -= 1;
        shell.leaveScope();
        shell.positional = positional;
      }
    });
  const builtin = builtins.get(program);
  if (builtin) {
    // `exec` without a program changes the shell's own descriptors for good.
    if (program === 'exec') return builtin(shell, args, redirections);
    return withRedirections(shell, redirections, () => builtin(shell, args, redirections));
  }
  return runProgram(shell, argv, redirections);
}

export async function runProgram(
  shell: Shell,
  argv: readonly string[],
  redirections: SimpleCommandNode['redirections'],
): Promise<number> {
  const inPlace = shell.becomesProgram && shell.traps.size === 0;
  const files = inPlace ? shell.process.files : inherit(shell.process.files);
  try {
    await redirect(shell, files, redirections);
  } catch (error) {
    if (!inPlace) closeAll(files);
    if (!(error instanceof ShellError) || error.fatal) throw error;
    shell.complain(error.message);
    return error.code;
  }
  if (inPlace) {
    const result = await shell.host.replace(shell.process, argv, shell.environment());
    if (typeof result === 'object') throw new ShellExit(shellStatus(result));
    shell.process.write(2, toBytes(notStarted(shell, argv[0] ?? '', result)));
    return result;
  }
  const child = shell.host.execute(shell.process, argv, { files, env: shell.environment() });
  if (typeof child === 'object') return shellStatus(await shell.process.interruptible(child.done));
  files.get(2)?.write(toBytes(notStarted(shell, argv[0] ?? '', child)));
  closeAll(files);
  return child;
}

function notStarted(shell: Shell, name: string, code: number): string {
  const { prefix } = shell;
  if (code === 126) {
    const directory = shell.host.fs.isDirectory(name.startsWith('/') ? name : `${shell.process.cwd}/${name}`);
    return `${prefix}${name}: ${directory ? 'Is a directory' : 'Permission denied'}\n`;
  }
  return `${prefix}${name}: ${name.includes('/') ? 'No such file or directory' : 'command not found'}\n`;
}

async function assign(shell: Shell, node: SimpleCommandNode['assignments'][number], exported = false): Promise<void> {
  const element = /^([A-Za-z_]\w*)\[([\s\S]*)\]$/.exec(node.name);
  if (element) {
    const [, name = '', subscript = ''] = element;
    const key = await subscriptKey(shell, name, subscript);
    const value = node.value ? await expandText(shell, node.value) : '';
    shell.assignElement(name, key, node.append ? (shell.variables.get(name)?.list?.get(key) ?? '') + value : value);
    return;
  }
  if (node.array) {
    const values = await expandWords(shell, node.array);
    const existing = node.append ? [...(shell.variables.get(node.name)?.list?.values() ?? [])] : [];
    shell.assignList(node.name, [...existing, ...values]);
    return;
  }
  const value = node.value ? await expandText(shell, node.value) : '';
  shell.assign(node.name, node.append ? (shell.get(node.name) ?? '') + value : value, exported);
}
