/** Tools that just-bash brings, with what the kernel must know of them: whether they will read their standard input. */
import type { CommandName } from 'just-bash';
import { textTool } from '../../kernel/just-bash.ts';
import type { Command, CommandSet } from '../../types.ts';

/** Options that take a value in the next word. */
const valued: Readonly<Record<string, string>> = {
  grep: 'ABCefmd',
  egrep: 'ABCefmd',
  fgrep: 'ABCefmd',
  sed: 'ef',
  awk: 'Fvf',
  head: 'nc',
  tail: 'nc',
  cut: 'dfbc',
  sort: 'ktTSo',
  uniq: 'fsw',
  fold: 'w',
  nl: 'bvwis',
  od: 'ANtj',
  split: 'lba',
  paste: 'd',
  join: 't12j',
  base64: 'w',
  column: 'cst',
  xargs: 'nPIdLsE',
};

/** Words before the files: the pattern or program, unless an option gave it. */
const leading: Readonly<Record<string, { words: number; unless: string }>> = {
  grep: { words: 1, unless: 'ef' },
  egrep: { words: 1, unless: 'ef' },
  fgrep: { words: 1, unless: 'ef' },
  sed: { words: 1, unless: 'ef' },
  awk: { words: 1, unless: 'f' },
  tr: { words: 9, unless: '' },
};

const filters: readonly CommandName[] = [
  'grep',
  'egrep',
  'fgrep',
  'sed',
  'awk',
  'head',
  'cut',
  'sort',
  'uniq',
  'tr',
  'wc',
  'tac',
  'rev',
  'nl',
  'od',
  'base64',
  'md5sum',
  'sha1sum',
  'sha256sum',
  'fold',
  'expand',
  'paste',
  'join',
  'comm',
  'column',
  'strings',
  'split',
  'diff',
  'gzip',
  'gunzip',
  'zcat',
];
const others: readonly CommandName[] = [
  'cp',
  'mv',
  'rm',
  'mkdir',
  'rmdir',
  'touch',
  'ln',
  'readlink',
  'basename',
  'dirname',
  'seq',
  'expr',
  'find',
  'du',
  'file',
  'tar',
];
const tools: readonly CommandName[] = [...filters, ...others, 'cat', 'echo', 'printf', 'true', 'false'];

/** As the real tools: without file operands they read standard input, with them they leave it alone. */
export function readsInput(name: string, args: readonly string[]): boolean {
  const takes = valued[name] ?? '';
  const seen = new Set<string>();
  const operands: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (arg === '-' || !arg.startsWith('-')) operands.push(arg);
    else if (!arg.startsWith('--')) {
      const at = [...arg.slice(1)].findIndex((letter) => takes.includes(letter));
      for (const letter of at < 0 ? arg.slice(1) : arg.slice(1, at + 2)) seen.add(letter);
      if (at >= 0 && at === arg.length - 2) index += 1;
    } else if (/^--(regexp|expression)=/.test(arg)) seen.add('e');
  }
  const rule = leading[name];
  const skip = rule && ![...rule.unless].some((letter) => seen.has(letter)) ? rule.words : 0;
  const files = operands.slice(skip);
  if (/^[ef]?grep$/.test(name) && (seen.has('r') || seen.has('R'))) return false;
  return files.length === 0 || files.includes('-') || files.includes('/dev/stdin');
}

function filter(name: string): Command {
  return async (context) =>
    textTool(context, name, { tools, stdin: readsInput(name, context.args) ? await context.stdin.bytes() : '' });
}

function plain(name: string): Command {
  return (context) => textTool(context, name, { tools, stdin: '' });
}

export const textTools: CommandSet = {
  ...Object.fromEntries(filters.map((name) => [name, filter(name)])),
  ...Object.fromEntries(others.map((name) => [name, plain(name)])),
  gawk: filter('awk'),
};
