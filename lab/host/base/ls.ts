/** ls: names, the long form with owners and modes, hidden and directory entries. */
import { FileError } from '../../kernel/file-error.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { formatDate } from './dates.ts';
import { at } from './operands.ts';
import { modeText } from './stat.ts';

interface Entry {
  readonly name: string;
  readonly path: string;
}

function long(ctx: CommandContext, entries: readonly Entry[]): string {
  const rows = entries.map(({ name, path }) => {
    const stat = ctx.host.fs.lstat(path);
    const { size } = stat;
    const links = stat.type === 'directory' ? '2' : '1';
    const arrow = stat.type === 'symlink' ? ` -> ${ctx.host.fs.readlink(path)}` : '';
    const date = formatDate(new Date(stat.modified), '%b %e %H:%M');
    return [`${modeText(stat.type, stat.mode)}.`, links, stat.owner, stat.group, String(size), date, `${name}${arrow}`];
  });
  const width = (column: number): number => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2, 3, 4].map(width);
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 1 || column === 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join(' '),
    )
    .map((line) => `${line}\n`)
    .join('');
}

export const ls: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'laAdtrS1RhnFiZ', [
    'all',
    'almost-all',
    'directory',
    'color=',
    'reverse',
    'full-time',
    'color',
  ]);
  const { fs } = ctx.host;
  const given = operands.length > 0 ? operands : ['.'];
  let code = 0;
  const files: Entry[] = [];
  const directories: Entry[] = [];
  for (const name of given) {
    const path = at(ctx, name);
    try {
      const stat = has('l', 'd', 'directory') && !name.endsWith('/') ? fs.lstat(path) : fs.stat(path);
      (stat.type === 'directory' && !has('d', 'directory') ? directories : files).push({ name, path });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      ctx.err(`ls: cannot access ${name}: ${error.reason}\n`);
      code = 2;
    }
  }
  const order = (entries: Entry[]): Entry[] => {
    if (has('t')) entries.sort((a, b) => fs.lstat(b.path).modified - fs.lstat(a.path).modified);
    if (has('S')) entries.sort((a, b) => fs.lstat(b.path).size - fs.lstat(a.path).size);
    return has('r', 'reverse') ? entries.reverse() : entries;
  };
  const show = (entries: Entry[], total: boolean): void => {
    const sorted = order(entries);
    if (has('l', 'n', 'full-time')) ctx.out(`${total ? `total ${sorted.length * 4}\n` : ''}${long(ctx, sorted)}`);
    else ctx.out(sorted.map(({ name }) => `${name}\n`).join(''));
  };
  if (files.length > 0) show(files, false);
  const list = (one: Entry, titled: boolean): void => {
    try {
      const names = fs.list(one.path).filter((name) => has('a', 'A', 'all', 'almost-all') || !name.startsWith('.'));
      if (titled) ctx.out(`${files.length > 0 || directories.indexOf(one) > 0 ? '\n' : ''}${one.name}:\n`);
      const own = has('a', 'all') ? ['.', '..'] : [];
      show(
        [...own, ...names].map((name) => ({ name, path: at(ctx, `${one.path}/${name}`) })),
        true,
      );
      if (has('R'))
        for (const name of names)
          if (fs.isDirectory(`${one.path}/${name}`))
            list({ name: `${one.name}/${name}`, path: `${one.path}/${name}` }, true);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      ctx.err(`ls: cannot open directory ${one.name}: ${error.reason}\n`);
      code = 2;
    }
  };
  for (const one of directories) list(one, given.length > 1 || has('R'));
  return code;
};
