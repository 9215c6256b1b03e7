/** Builtins about variables and options: unset, let, getopts, shopt, alias. */
import { evaluateText } from '../arithmetic.ts';
import type { Builtin } from './registry.ts';

export const variables: Readonly<Record<string, Builtin>> = {
  unset: async (shell, args) => {
    const functions = args[0] === '-f';
    for (const name of args) {
      if (name.startsWith('-')) continue;
      const element = /^(\w+)\[(.+)\]$/.exec(name);
      if (element) shell.variables.get(element[1] ?? '')?.list?.delete(element[2] ?? '');
      else if (functions || !shell.variables.delete(name)) shell.functions.delete(name);
    }
    return 0;
  },
  let: async (shell, args) => {
    let last = 0;
    for (const expression of args) last = evaluateText(shell, expression);
    return last === 0 ? 1 : 0;
  },
  getopts: async (shell, args) => {
    const [spec = '', name = 'opt'] = args;
    const words = args.length > 2 ? args.slice(2) : shell.positional;
    let index = Number(shell.get('OPTIND') ?? '1');
    let offset = Number(shell.get('\u0000optoffset') ?? '1');
    const word = words[index - 1];
    if (word === undefined || !/^-./.test(word) || word === '--') {
      if (word === '--') shell.assign('OPTIND', String(index + 1));
      shell.assign(name, '?');
      return 1;
    }
    const letter = word.charAt(offset);
    const at = spec.indexOf(letter);
    const takes = at >= 0 && spec[at + 1] === ':';
    offset += 1;
    let value: string | undefined;
    if (takes) {
      value = word.slice(offset) || words[index];
      index += word.slice(offset) ? 1 : 2;
      offset = 1;
    } else if (offset >= word.length) {
      index += 1;
      offset = 1;
    }
    shell.assign('OPTIND', String(index));
    shell.assign('\u0000optoffset', String(offset));
    if (at < 0 || letter === ':') {
      shell.assign(name, '?');
      if (!spec.startsWith(':')) shell.complain(`illegal option -- ${letter}`);
      else shell.assign('OPTARG', letter);
      return 0;
    }
    shell.assign(name, letter);
    if (value !== undefined) shell.assign('OPTARG', value);
    return 0;
  },
  shopt: async (shell, args) => {
    const on = args.includes('-s');
    for (const option of args) if (option === 'nullglob') shell.options.nullglob = on;
    return 0;
  },
  alias: async () => 0,
  unalias: async () => 0,
};
