/** Declaration builtins: their arguments are assignments, so they are expanded here and not split. */
import type { WordNode } from 'just-bash';
import { parse } from 'just-bash';
import { expandWords } from '../expand.ts';
import { type Shell, ShellError } from '../state.ts';
import { expandText } from '../words.ts';

export async function declare(shell: Shell, command: string, words: readonly WordNode[]): Promise<number> {
  const flags = new Set<string>();
  let printed = false;
  let code = 0;
  for (const word of words) {
    const first = word.parts[0];
    const literal = first?.type === 'Literal' ? first.value : '';
    if (/^[-+][a-zA-Z]+$/.test(literal) && word.parts.length === 1) {
      for (const flag of literal.slice(1)) flags.add(literal.startsWith('+') ? `+${flag}` : flag);
      continue;
    }
    const list = /^([A-Za-z_]\w*)=(\([\s\S]*\))$/.exec(word.parts.length === 1 ? literal : '');
    const texts = /^[A-Za-z_]\w*\+?=/.test(literal)
      ? [await expandText(shell, word)]
      : await expandWords(shell, [word]);
    for (const text of texts) {
      const [, name = text, plus, value] = /^([A-Za-z_]\w*)(\+?)=([\s\S]*)$/.exec(text) ?? [];
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        shell.complain(`${command}: \`${text}': not a valid identifier`);
        code = 1;
        continue;
      }
      printed = true;
      if (
        command === 'local' ||
        (command !== 'export' && command !== 'readonly' && shell.scopes.length > 0 && !flags.has('g'))
      )
        shell.makeLocal(name);
      if (list) await assignArray(shell, name, list[2] ?? '()', flags.has('A'));
      else if (value !== undefined) shell.assign(name, plus ? (shell.get(name) ?? '') + value : value);
      else if (!shell.variables.has(name)) shell.variables.set(name, { value: undefined, exported: false });
      mark(shell, command, name, flags);
    }
  }
  if (!printed && (flags.has('p') || flags.size === 0)) print(shell, command);
  return code;
}

async function assignArray(shell: Shell, name: string, source: string, associative: boolean): Promise<void> {
  const command = parse(`x=${source}`).statements[0]?.pipelines[0]?.commands[0];
  const words = command?.type === 'SimpleCommand' ? (command.assignments[0]?.array ?? []) : [];
  const values = await expandWords(shell, words);
  if (!associative) {
    shell.assignList(name, values);
    return;
  }
  const list = new Map<string, string>();
  for (const value of values) {
    const [, key = '', text = ''] = /^\[([^\]]*)\]=([\s\S]*)$/.exec(value) ?? [];
    list.set(key, text);
  }
  shell.variables.set(name, { value: undefined, list, associative: true, exported: false });
}

function mark(shell: Shell, command: string, name: string, flags: ReadonlySet<string>): void {
  const variable = shell.variables.get(name);
  if (!variable) throw new ShellError(`${command}: ${name}: not found`);
  if (command === 'export' && !flags.has('n')) variable.exported = true;
  if (command === 'export' && flags.has('n')) variable.exported = false;
  if (flags.has('x')) variable.exported = true;
  if (command === 'readonly' || flags.has('r')) variable.readonly = true;
  if (flags.has('A') && !variable.list)
    Object.assign(variable, { list: new Map(), associative: true, value: undefined });
  if (flags.has('a') && !variable.list) Object.assign(variable, { list: new Map(), value: undefined });
}

function print(shell: Shell, command: string): void {
  const lines = [...shell.variables]
    .filter(([name, variable]) => !name.startsWith('\u0000') && (command !== 'export' || variable.exported))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, variable]) => `declare -${variable.exported ? 'x' : '-'} ${name}="${variable.value ?? ''}"\n`);
  shell.process.write(1, Buffer.from(lines.join(''), 'utf8').toString('latin1'));
}
