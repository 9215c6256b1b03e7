/** `$( )` and `<( )`: subshells whose output becomes text or a file. */
import type { ScriptNode } from 'just-bash';
import { FileError } from '../file-error.ts';
import { collector, fromBytes, pipe } from '../streams.ts';
import { resolvePath } from './redirect.ts';
import { type Shell, ShellError } from './state.ts';
import { expandText } from './words.ts';

export async function substitute(shell: Shell, body: ScriptNode): Promise<string> {
  const direct = await fileOnly(shell, body);
  if (direct !== undefined) return direct.replace(/\n+$/, '');
  const output = collector();
  const { status } = await shell.interpreter.runSubshell(shell, body.statements, new Map([[1, output.file]]));
  shell.status = status;
  shell.substituted = status;
  return fromBytes(output.bytes().replaceAll('\0', '')).replace(/\n+$/, '');
}

/** `$(<file)` reads without a process. */
async function fileOnly(shell: Shell, body: ScriptNode): Promise<string | undefined> {
  const command = body.statements[0]?.pipelines[0]?.commands[0];
  if (
    body.statements.length !== 1 ||
    command?.type !== 'SimpleCommand' ||
    command.name ||
    command.assignments.length > 0
  )
    return undefined;
  const redirection = command.redirections[0];
  if (redirection?.operator !== '<' || redirection.target.type !== 'Word') return undefined;
  const path = await expandText(shell, redirection.target);
  try {
    return shell.host.fs.read(resolvePath(shell, path));
  } catch (error) {
    if (error instanceof FileError) throw new ShellError(`${path}: ${error.reason}`);
    throw error;
  }
}

/** Gives the path of a file through which the subshell is read or fed. */
export function substituteProcess(shell: Shell, body: ScriptNode, direction: 'input' | 'output'): string {
  const { reader, writer } = pipe();
  const child = direction === 'input' ? new Map([[1, writer]]) : new Map([[0, reader]]);
  void shell.interpreter.runSubshell(shell, body.statements, child);
  const descriptor = Math.max(62, ...shell.process.files.keys()) + 1;
  shell.process.files.set(descriptor, direction === 'input' ? reader : writer);
  return `/dev/fd/${descriptor}`;
}
