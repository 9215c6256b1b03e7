/** Builtins that write and read text: echo, printf, read, mapfile, test, pwd, cd. */
import { FileError, normalise } from '../../file-error.ts';
import { fromBytes, toBytes } from '../../streams.ts';
import { resolvePath } from '../redirect.ts';
import type { Shell } from '../state.ts';
import { unescapeText } from './escapes.ts';
import { printf } from './printf.ts';
import type { Builtin } from './registry.ts';
import { testExpression } from './test.ts';

function write(shell: Shell, text: string): void {
  shell.process.write(1, toBytes(text));
}

const echo: Builtin = async (shell, args) => {
  let newline = true;
  let interpret = false;
  let index = 0;
  for (; /^-[neE]+$/.test(args[index] ?? ''); index += 1)
    for (const flag of (args[index] ?? '').slice(1)) {
      if (flag === 'n') newline = false;
      else interpret = flag === 'e';
    }
  const joined = args.slice(index).join(' ');
  const result = interpret ? unescapeText(joined) : { text: joined, stop: false };
  write(shell, result.text + (newline && !result.stop ? '\n' : ''));
  return 0;
};

const read: Builtin = async (shell, args) => {
  let raw = false;
  let delimiter = '\n';
  let timeout: number | undefined;
  let list: string | undefined;
  let descriptor = 0;
  const names: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (!/^-[a-zA-Z]/.test(arg)) {
      names.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at += 1) {
      const flag = arg.charAt(at);
      if (!'atdpun'.includes(flag)) {
        raw ||= flag === 'r';
        continue;
      }
      const value = arg.slice(at + 1) || (args[++index] ?? '');
      if (flag === 'a') list = value;
      if (flag === 't') timeout = Number(value);
      if (flag === 'd') delimiter = value === '' ? '\0' : value.charAt(0);
      if (flag === 'u') descriptor = Number(value);
      if (flag === 'p' && shell.process.tty) shell.process.write(2, toBytes(value));
      break;
    }
  }
  const file = shell.process.files.get(descriptor);
  if (!file) return 1;
  const reading = file.upTo(delimiter);
  const late = Symbol('late');
  const bytes = await shell.process.interruptible(
    timeout === undefined ? reading : Promise.race([reading, shell.host.lab.clock.sleep(timeout).then(() => late)]),
  );
  if (typeof bytes === 'symbol') return 142;
  const complete = bytes?.endsWith(delimiter) ?? false;
  let line = fromBytes(complete ? (bytes ?? '').slice(0, -1) : (bytes ?? ''));
  if (!raw) line = line.replace(/\\([\s\S])/g, '$1');
  assignFields(shell, line, names, list);
  return bytes !== undefined && complete ? 0 : 1;
};

function assignFields(shell: Shell, line: string, names: readonly string[], list: string | undefined): void {
  const separators = shell.get('IFS') ?? ' \t\n';
  if (names.length === 0 && list === undefined) {
    shell.assign('REPLY', line);
    return;
  }
  const blanks = [...separators].filter((char) => /\s/.test(char)).join('');
  const strip = (text: string): string =>
    blanks === '' ? text : text.replace(new RegExp(`^[${blanks}]+|[${blanks}]+$`, 'g'), '');
  const cut = separators === '' ? undefined : new RegExp(`[${separators.replace(/[\\\]^-]/g, '\\$&')}]`);
  let rest = strip(line);
  const values: string[] = [];
  const wanted = list === undefined ? names.length : Number.POSITIVE_INFINITY;
  while (rest !== '' && values.length < wanted - 1) {
    const found = cut?.exec(rest);
    if (!found) break;
    values.push(rest.slice(0, found.index));
    const after = rest.slice(found.index + 1);
    rest = blanks.includes(found[0]) ? after.replace(new RegExp(`^[${blanks}]+`), '') : after;
  }
  if (rest !== '') values.push(rest);
  if (list !== undefined) shell.assignList(list, values);
  else for (const [index, name] of names.entries()) shell.assign(name, values[index] ?? '');
}

const mapfile: Builtin = async (shell, args) => {
  const trim = args.includes('-t');
  const name = args.filter((arg) => !arg.startsWith('-')).at(-1) ?? 'MAPFILE';
  const text = fromBytes(
    (await shell.process.interruptible(shell.process.files.get(0)?.all() ?? Promise.resolve(''))) ?? '',
  );
  const lines = text.split(/(?<=\n)/).filter((line) => line !== '');
  shell.assignList(name, trim ? lines.map((line) => line.replace(/\n$/, '')) : lines);
  return 0;
};

const cd: Builtin = async (shell, args) => {
  const target = args.filter((arg) => arg !== '-P' && arg !== '-L' && arg !== '--')[0] ?? shell.get('HOME') ?? '/';
  const path = normalise(resolvePath(shell, target === '-' ? (shell.get('OLDPWD') ?? '/') : target));
  try {
    const stat = shell.host.fs.stat(path);
    if (stat.type !== 'directory') throw new FileError('ENOTDIR', path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    shell.complain(`cd: ${target}: ${error.reason}`);
    return 1;
  }
  shell.assign('OLDPWD', shell.process.cwd);
  shell.process.cwd = path;
  shell.assign('PWD', path);
  if (target === '-') write(shell, `${path}\n`);
  return 0;
};

export const text: Readonly<Record<string, Builtin>> = {
  echo,
  read,
  mapfile,
  readarray: mapfile,
  cd,
  printf: async (shell, args) => {
    if (args[0] === '-v') {
      const { output } = printf(args.slice(2));
      shell.assign(args[1] ?? '', output);
      return 0;
    }
    const { output, errors } = printf(args);
    write(shell, output);
    for (const message of errors) shell.complain(`printf: ${message}`);
    return errors.length > 0 ? 1 : 0;
  },
  pwd: async (shell) => {
    write(shell, `${shell.process.cwd}\n`);
    return 0;
  },
  test: async (shell, args) => testExpression(shell, 'test', args),
  '[': async (shell, args) => {
    if (args.at(-1) === ']') return testExpression(shell, '[', args.slice(0, -1));
    shell.complain("[: missing `]'");
    return 2;
  },
};
