/** Modes and owners: chmod, chown, chgrp. */

import type { Command } from '../../types.ts';
import { eachFile } from './operands.ts';

export const chmod: Command = async (ctx) => {
  const [mode = '', ...rest] = ctx.args.filter((arg) => !/^-[RvfcH]+$/.test(arg));
  return eachFile(
    ctx,
    'chmod',
    rest,
    (path) => {
      const old = ctx.host.fs.stat(path).mode;
      ctx.host.fs.chmod(path, /^[0-7]+$/.test(mode) ? Number.parseInt(mode, 8) : symbolic(mode, old));
    },
    (given) => `cannot access ‘${given}’`,
  );
};

function symbolic(text: string, old: number): number {
  let mode = old;
  for (const clause of text.split(',')) {
    const [, who = '', operator = '+', what = ''] = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause) ?? [];
    const bits = [...what].reduce((sum, letter) => sum | ({ r: 4, w: 2, x: 1, X: 1 }[letter] ?? 0), 0);
    for (const [letter, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (who !== '' && !who.includes('a') && !who.includes(letter)) continue;
      const mask = bits << shift;
      mode = operator === '+' ? mode | mask : operator === '-' ? mode & ~mask : (mode & ~(7 << shift)) | mask;
    }
  }
  return mode;
}

export const chown: Command = async (ctx) => {
  const [owner = '', ...rest] = ctx.args.filter((arg) => !/^-[RvfchH]+$/.test(arg));
  const [user = '', group] = owner.split(/[:.]/);
  return eachFile(
    ctx,
    'chown',
    rest,
    (path) => ctx.host.fs.chown(path, user, group),
    (given) => `changing ownership of ‘${given}’`,
  );
};

export const chgrp: Command = async (ctx) => {
  const [group = '', ...rest] = ctx.args;
  return eachFile(ctx, 'chgrp', rest, (path) => ctx.host.fs.chown(path, '', group));
};
