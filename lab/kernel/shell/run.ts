/** The walk over the syntax tree: lists, pipelines, loops, subshells, background jobs, errexit and traps. */

import type { CommandNode, PipelineNode, StatementNode } from 'just-bash';
import { type ExitStatus, Signalled, type SignalName } from '../../types.ts';
import { actAs } from '../current.ts';
import { FileError } from '../file-error.ts';
import { type Process, shellStatus } from '../process.ts';
import { type Files, nullFile, type OpenFile, pipe } from '../streams.ts';
import { runCompound } from './compound.ts';
import { expandParts } from './expand.ts';
import { parseScript } from './parse.ts';
import { inherit, withRedirections } from './redirect.ts';
import { runSimple } from './simple.ts';
import { FunctionReturn, type Interpreter, LoopJump, type Shell, ShellError, ShellExit } from './state.ts';

export async function runStatements(shell: Shell, statements: readonly StatementNode[]): Promise<number> {
  for (const statement of statements) {
    await shell.runTraps();
    shell.status = await runStatement(shell, statement);
  }
  await shell.runTraps();
  return shell.status;
}

async function runStatement(shell: Shell, statement: StatementNode): Promise<number> {
  if (statement.deferredError) throw new ShellError(statement.deferredError.message, 2, true);
  if (statement.background) return runInBackground(shell, statement);
  return runList(shell, statement);
}

/** Pipelines joined by && and ||; only the last one that ran decides about errexit. */
async function runList(shell: Shell, statement: StatementNode): Promise<number> {
  let status = 0;
  const last = statement.pipelines.length - 1;
  for (const [index, pipeline] of statement.pipelines.entries()) {
    const operator = statement.operators[index - 1];
    if ((operator === '&&' && status !== 0) || (operator === '||' && status === 0)) continue;
    const guarded = index < last || pipeline.negated;
    if (guarded) shell.guarded += 1;
    try {
      status = await runPipeline(shell, pipeline);
    } finally {
      if (guarded) shell.guarded -= 1;
    }
    shell.status = status;
    if (!guarded) shell.leaveOnError(status);
  }
  return status;
}

async function runInBackground(shell: Shell, statement: StatementNode): Promise<number> {
  const files = inherit(shell.process.files);
  files.get(0)?.close();
  files.set(0, nullFile());
  const { process } = startSubshell(shell, [{ ...statement, background: false }], files);
  shell.lastBackground = process.pid;
  shell.jobs.set(process.pid, process);
  return 0;
}

async function runPipeline(shell: Shell, pipeline: PipelineNode): Promise<number> {
  const [only] = pipeline.commands;
  let status: number;
  if (pipeline.commands.length === 1 && only) {
    status = await runCommand(shell, only);
    if (only.type === 'SimpleCommand') shell.pipeStatus = [status];
  } else status = await runPipes(shell, pipeline);
  return pipeline.negated ? (status === 0 ? 1 : 0) : status;
}

async function runPipes(shell: Shell, pipeline: PipelineNode): Promise<number> {
  let previous: OpenFile | undefined;
  const stages: Promise<number>[] = [];
  for (const [index, command] of pipeline.commands.entries()) {
    const files = inherit(shell.process.files);
    const put = (descriptor: number, file: OpenFile): void => {
      files.get(descriptor)?.close();
      files.set(descriptor, file);
    };
    if (previous) put(0, previous);
    previous = undefined;
    if (index < pipeline.commands.length - 1) {
      const { reader, writer } = pipe();
      put(1, writer);
      if (pipeline.pipeStderr?.[index]) put(2, writer.dup());
      previous = reader;
    }
    const statement: StatementNode = {
      type: 'Statement',
      pipelines: [{ type: 'Pipeline', commands: [command], negated: false }],
      operators: [],
      background: false,
    };
    stages.push(startSubshell(shell, [statement], files).status);
  }
  const statuses = await shell.process.interruptible(Promise.all(stages));
  shell.pipeStatus = statuses;
  const failed = statuses.findLast((status) => status !== 0);
  return shell.options.pipefail && failed !== undefined ? failed : (statuses.at(-1) ?? 0);
}

/** Starts a forked shell; the files are its own and it closes them. */
function startSubshell(
  shell: Shell,
  statements: readonly StatementNode[],
  files: Files,
): { process: Process; status: Promise<number> } {
  const process = shell.host.fork(shell.process, { files, argv: shell.process.argv });
  const child = shell.fork(process);
  const pid = shell.get('\u0000pid') ?? String(shell.process.pid);
  child.variables.set('\u0000pid', { value: pid, exported: false });
  child.becomesProgram = isSimple(statements);
  void actAs(process.actor, () => runToExit(child, () => runStatements(child, statements)));
  return { process, status: process.done.then(shellStatus) };
}

/** One simple command and nothing else. */
export function isSimple(statements: readonly StatementNode[]): boolean {
  const [statement] = statements;
  const [pipeline] = statement?.pipelines ?? [];
  if (statements.length !== 1 || statement?.background || statement?.pipelines.length !== 1) return false;
  return !pipeline?.negated && pipeline?.commands.length === 1 && pipeline.commands[0]?.type === 'SimpleCommand';
}

async function runSubshell(
  shell: Shell,
  statements: readonly StatementNode[],
  replaced: Files,
): Promise<{ status: number }> {
  const files = inherit(shell.process.files);
  for (const [descriptor, file] of replaced) {
    files.get(descriptor)?.close();
    files.set(descriptor, file);
  }
  const { status } = startSubshell(shell, statements, files);
  return { status: await shell.process.interruptible(status) };
}

/** The outermost frame of a shell process: its code from whatever ended it, its EXIT trap, its end. */
export async function runToExit(shell: Shell, work: () => Promise<number>): Promise<void> {
  shell.runTraps = () => pendingTraps(shell);
  let end: ExitStatus = { code: 0 };
  try {
    end = { code: await guard(shell, work) };
  } catch (error) {
    if (!(error instanceof Signalled)) throw error;
    end = { code: 0, signal: error.signal };
  }
  const onExit = shell.traps.get('EXIT');
  if (onExit && shell.process.running && end.signal !== 'SIGKILL') {
    shell.traps.delete('EXIT');
    shell.process.revive();
    shell.status = end.code;
    const code = await guard(shell, async () => {
      await runScript(shell, onExit);
      return end.code;
    }).catch(() => end.code);
    if (!end.signal) end = { code };
  }
  shell.process.end(end);
}

async function guard(shell: Shell, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ShellExit || error instanceof FunctionReturn) return error.code;
    if (error instanceof LoopJump) return 0;
    if (error instanceof ShellError) {
      shell.complain(error.message);
      return error.code;
    }
    if (error instanceof FileError) {
      shell.complain(`write error: ${error.reason}`);
      return 1;
    }
    if (error instanceof Error && error.name === 'ParseException') return syntaxError(shell, error);
    throw error;
  }
}

function syntaxError(shell: Shell, error: Error): number {
  const found = /^Parse error at (\d+):\d+: ([\s\S]*)$/.exec(error.message);
  shell.complain(found ? `-c: line ${Number(found[1]) - 1}: ${found[2]}` : error.message);
  return 2;
}

export async function runScript(shell: Shell, text: string): Promise<number> {
  return runStatements(shell, parseScript(text).statements);
}

async function pendingTraps(shell: Shell): Promise<void> {
  for (let name = shell.pendingTraps.shift(); name !== undefined; name = shell.pendingTraps.shift()) {
    const action = shell.traps.get(name);
    if (!action) continue;
    const status = shell.status;
    await runScript(shell, action);
    shell.status = status;
  }
}

/** Sets what a signal does to this shell, as the trap builtin asks. */
export function setTrap(shell: Shell, name: string, action: string | undefined): void {
  if (action === undefined) shell.traps.delete(name);
  else shell.traps.set(name, action);
  if (name === 'EXIT') return;
  const signal = `SIG${name}` as SignalName;
  shell.process.handlers.delete(signal);
  shell.process.ignored.delete(signal);
  if (action === '') shell.process.ignored.add(signal);
  else if (action !== undefined)
    shell.process.handlers.set(signal, () => {
      shell.pendingTraps.push(name);
      shell.onTrap?.();
    });
}

async function runCommand(shell: Shell, node: CommandNode): Promise<number> {
  if (node.type === 'SimpleCommand') return runSimple(shell, node);
  if (node.type === 'FunctionDef') {
    shell.functions.set(node.name, node);
    return 0;
  }
  if (node.redirections.length === 0) return runCompound(shell, node);
  return withRedirections(shell, node.redirections, () => runCompound(shell, node));
}

export const interpreter: Interpreter = { expandParts, runStatements, runCommand, runSubshell };
