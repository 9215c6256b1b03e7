/** Parameter expansion: `$x`, `$@`, `${x:-y}`, `${#x}`, `${x%pattern}`, arrays. */

import { arithmetic, evaluateText } from './arithmetic.ts';
import { patternSource } from './pattern.ts';
import type { Piece, WordPart } from './pieces.ts';
import { type Shell, ShellError } from './state.ts';
import { expandPattern, expandSource, expandText } from './words.ts';

type ParameterPart = Extract<WordPart, { type: 'ParameterExpansion' }>;
type Operation = NonNullable<ParameterPart['operation']>;

/** The values behind a parameter: several for `@`, `*` and whole arrays; undefined when unset. */
export async function lookUp(
  shell: Shell,
  parameter: string,
): Promise<{ values: string[] | undefined; many: '@' | '*' | '' }> {
  if (parameter === '@' || parameter === '*') return { values: [...shell.positional], many: parameter };
  const subscript = /^([A-Za-z_]\w*)\[([\s\S]*)\]$/.exec(parameter);
  if (subscript) {
    const [, name = '', key = ''] = subscript;
    const variable = shell.variables.get(name);
    if (key === '@' || key === '*') {
      const values = variable?.list
        ? [...variable.list.values()]
        : variable?.value === undefined
          ? []
          : [variable.value];
      return { values, many: key };
    }
    const found = await subscriptKey(shell, name, key);
    const one = variable?.list ? variable.list.get(found) : found === '0' ? variable?.value : undefined;
    return { values: one === undefined ? undefined : [one], many: '' };
  }
  const one = single(shell, parameter);
  return { values: one === undefined ? undefined : [one], many: '' };
}

export async function subscriptKey(shell: Shell, name: string, key: string): Promise<string> {
  const text = await expandSource(shell, key);
  if (shell.variables.get(name)?.associative) return text.replace(/^(['"])([\s\S]*)\1$/, '$2');
  const index = evaluateText(shell, text);
  const list = shell.variables.get(name)?.list;
  return String(index < 0 && list ? Math.max(...[...list.keys()].map(Number)) + 1 + index : index);
}

function single(shell: Shell, name: string): string | undefined {
  if (/^\d+$/.test(name)) return name === '0' ? shell.name : shell.positional[Number(name) - 1];
  switch (name) {
    case '#':
      return String(shell.positional.length);
    case '?':
      return String(shell.status);
    case '$':
      return shell.get('\u0000pid') ?? String(shell.process.pid);
    case '!':
      return shell.lastBackground === 0 ? '' : String(shell.lastBackground);
    case '-':
      return `${shell.options.errexit ? 'e' : ''}h${shell.options.nounset ? 'u' : ''}B`;
    case '_':
      return shell.get('_') ?? '';
    case 'BASHPID':
      return String(shell.process.pid);
    case 'PPID':
      return String(shell.process.parent);
    case 'UID':
    case 'EUID':
      return shell.process.user === 'root' ? '0' : String(shell.host.uid(shell.process.user));
    case 'RANDOM':
      return String(Math.floor(shell.host.lab.random() * 32768));
    case 'SECONDS':
      return String(Math.floor((shell.host.lab.clock.now() - shell.process.startedAt) / 1000));
    case 'EPOCHSECONDS':
      return undefined;
    case 'HOSTNAME':
      return shell.get(name) ?? shell.host.network.hostname;
    case 'LINENO':
      return String(shell.line);
    case 'PIPESTATUS':
      return String(shell.pipeStatus[0] ?? 0);
    case 'BASH_VERSION':
      return '4.2.46(2)-release';
    default:
      return shell.get(name);
  }
}

export async function expandParameter(shell: Shell, part: ParameterPart, inQuotes: boolean): Promise<Piece[]> {
  if (part.parameter === 'PIPESTATUS[@]' || part.parameter === 'PIPESTATUS[*]')
    return pieces(shell, shell.pipeStatus.map(String), '@', inQuotes);
  const indexed = /^PIPESTATUS\[(\d+)\]$/.exec(part.parameter);
  if (indexed) return pieces(shell, [String(shell.pipeStatus[Number(indexed[1])] ?? '')], '', inQuotes);
  const operation = part.operation;
  if (operation?.type === 'ArrayKeys')
    return pieces(shell, [...(shell.variables.get(operation.array)?.list?.keys() ?? [])], '@', inQuotes);
  if (operation?.type === 'VarNamePrefix') {
    const names = [...shell.variables.keys()].filter((name) => name.startsWith(operation.prefix)).sort();
    return pieces(shell, names, operation.star ? '*' : '@', inQuotes);
  }
  if (operation?.type === 'Indirection') {
    const target = (await lookUp(shell, part.parameter)).values?.[0] ?? '';
    const inner: ParameterPart = {
      type: 'ParameterExpansion',
      parameter: target,
      operation: operation.innerOp ?? null,
    };
    return expandParameter(shell, inner, inQuotes);
  }
  const { values, many } = await lookUp(shell, part.parameter);
  if (operation) return operate(shell, part, operation, values, many, inQuotes);
  if (values === undefined && shell.options.nounset && !/^[@*!?#$-]$/.test(part.parameter))
    throw new ShellError(`${part.parameter.replace(/\[.*/, '')}: unbound variable`, 1, true);
  return pieces(shell, values ?? [''], many, inQuotes);
}

function pieces(shell: Shell, values: readonly string[], many: '@' | '*' | '', inQuotes: boolean): Piece[] {
  if (many === '*' && inQuotes)
    return [{ text: values.join((shell.get('IFS') ?? ' ').charAt(0)), quoted: true, split: false }];
  return values.flatMap((text, index): Piece[] => [
    ...(index > 0 ? [{ text: '', quoted: false, split: false, boundary: true }] : []),
    { text, quoted: inQuotes, split: !inQuotes },
  ]);
}

async function operate(
  shell: Shell,
  part: ParameterPart,
  operation: Operation,
  values: string[] | undefined,
  many: '@' | '*' | '',
  inQuotes: boolean,
): Promise<Piece[]> {
  const text = values?.join(' ');
  const one = async (value: string): Promise<Piece[]> => pieces(shell, [value], '', inQuotes);
  switch (operation.type) {
    case 'DefaultValue':
    case 'AssignDefault':
    case 'ErrorIfUnset':
    case 'UseAlternative': {
      const missing =
        values === undefined || (many !== '' && values.length === 0) || (operation.checkEmpty && text === '');
      if (operation.type === 'UseAlternative')
        return missing ? one('') : expandWordPieces(shell, operation.word.parts, inQuotes);
      if (!missing) return pieces(shell, values ?? [''], many, inQuotes);
      if (operation.type === 'ErrorIfUnset') {
        const message = operation.word ? await expandText(shell, operation.word) : 'parameter null or not set';
        throw new ShellError(`${part.parameter}: ${message}`, 1, true);
      }
      if (operation.type === 'DefaultValue') return expandWordPieces(shell, operation.word.parts, inQuotes);
      const value = await expandText(shell, operation.word);
      shell.assign(part.parameter, value);
      return one(value);
    }
    case 'Length':
      return one(String(many === '' ? [...(text ?? '')].length : (values ?? []).length));
    default:
      break;
  }
  if (values === undefined && shell.options.nounset)
    throw new ShellError(`${part.parameter}: unbound variable`, 1, true);
  if (operation.type === 'Substring') {
    const from = await arithmetic(shell, operation.offset, expandSource);
    const length = operation.length ? await arithmetic(shell, operation.length, expandSource) : undefined;
    if (many !== '') {
      const list = part.parameter === '@' || part.parameter === '*' ? [shell.name, ...(values ?? [])] : (values ?? []);
      return pieces(shell, slice(list, from, length), many, inQuotes);
    }
    return one(slice([...(text ?? '')], from, length).join(''));
  }
  const change = await transformer(shell, operation);
  return pieces(shell, (values ?? ['']).map(change), many, inQuotes);
}

async function expandWordPieces(shell: Shell, parts: readonly WordPart[], inQuotes: boolean): Promise<Piece[]> {
  const inner = await shell.interpreter.expandParts(shell, parts, inQuotes);
  return inner.map((piece) => (piece.quoted || piece.boundary ? piece : { ...piece, split: !inQuotes }));
}

function slice<T>(list: T[], from: number, length: number | undefined): T[] {
  const start = from < 0 ? Math.max(0, list.length + from) : from;
  if (length === undefined) return list.slice(start);
  return list.slice(start, length < 0 ? list.length + length : start + length);
}

async function transformer(shell: Shell, operation: Operation): Promise<(value: string) => string> {
  switch (operation.type) {
    case 'PatternRemoval': {
      const pattern = await expandPattern(shell, operation.pattern);
      const source = patternSource(pattern, { slash: true, lazy: !operation.greedy });
      if (operation.side === 'prefix') return (value) => value.replace(new RegExp(`^(?:${source})`), '');
      const strict = new RegExp(`^(?:${patternSource(pattern)})$`);
      return (value) => {
        const cuts = Array.from({ length: value.length + 1 }, (_, index) => index);
        if (!operation.greedy) cuts.reverse();
        const cut = cuts.find((index) => strict.test(value.slice(index)));
        return cut === undefined ? value : value.slice(0, cut);
      };
    }
    case 'PatternReplacement': {
      const source = patternSource(await expandPattern(shell, operation.pattern));
      const replacement = operation.replacement ? await expandText(shell, operation.replacement) : '';
      const anchored =
        operation.anchor === 'start' ? `^(?:${source})` : operation.anchor === 'end' ? `(?:${source})$` : source;
      return (value) =>
        source === '' ? value : value.replace(new RegExp(anchored, operation.all ? 'g' : ''), () => replacement);
    }
    case 'CaseModification': {
      const turn = (text: string): string =>
        operation.direction === 'upper' ? text.toUpperCase() : text.toLowerCase();
      return (value) => (operation.all ? turn(value) : turn(value.charAt(0)) + value.slice(1));
    }
    case 'Transform':
      throw new ShellError(`\${${operation.operator}}: bad substitution`, 1, true);
    case 'BadSubstitution':
      throw new ShellError(`${operation.text}: bad substitution`, 1, true);
    default:
      return (value) => value;
  }
}
