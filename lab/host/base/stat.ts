import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { eachFile } from './operands.ts';

const typeNames = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symbolic link',
  device: 'character special file',
} as const;
const typeLetters = { file: '-', directory: 'd', symlink: 'l', device: 'c' } as const;
const typeBits = { file: 0o100000, directory: 0o40000, symlink: 0o120000, device: 0o20000 } as const;

export function modeText(type: keyof typeof typeLetters, mode: number): string {
  const triple = (bits: number): string => `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
  const text = typeLetters[type] + triple(mode >> 6) + triple(mode >> 3) + triple(mode);
  return mode & 0o1000 ? text.slice(0, -1) + (mode & 1 ? 't' : 'T') : text;
}

export const stat: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'c:Lft', ['format=', 'printf=', 'dereference']);
  const format = value('c', 'format') ?? value('printf');
  return eachFile(
    ctx,
    'stat',
    operands,
    (path, given) => {
      const one = has('L', 'dereference') ? ctx.host.fs.stat(path) : ctx.host.fs.lstat(path);
      const iso = new Date(one.modified).toISOString().replace('T', ' ').replace('Z', '000000 +0000');
      const { size } = one;
      const values: Readonly<Record<string, string>> = {
        n: given,
        N: `‘${given}’`,
        s: String(size),
        a: one.mode.toString(8),
        A: modeText(one.type, one.mode),
        f: (typeBits[one.type] | one.mode).toString(16),
        U: one.owner,
        G: one.group,
        u: String(uid(ctx, one.owner)),
        g: String(GROUPS[one.group] ?? uid(ctx, one.group)),
        F: one.type === 'file' && size === 0 ? 'regular empty file' : typeNames[one.type],
        i: String(one.inode),
        h: '1',
        Y: String(Math.floor(one.modified / 1000)),
        X: String(Math.floor(one.modified / 1000)),
        Z: String(Math.floor(one.modified / 1000)),
        y: iso,
        '%': '%',
      };
      if (format !== undefined) {
        const text = format.replace(/%([a-zA-Z%])/g, (whole, key: string) => values[key] ?? whole);
        ctx.out(value('printf') === undefined ? `${text}\n` : text.replace(/\\n/g, '\n'));
        return;
      }
      ctx.out(
        `  File: ‘${given}’\n  Size: ${String(size).padEnd(10)}\tBlocks: 8          IO Block: 4096   ${values.F}\nDevice: fd00h/64768d\tInode: ${one.inode}\tLinks: 1\nAccess: (${one.mode.toString(8).padStart(4, '0')}/${values.A})  Uid: (${String(values.u).padStart(5)}/${one.owner.padStart(8)})   Gid: (${String(values.g).padStart(5)}/${one.group.padStart(8)})\nModify: ${iso}\n`,
      );
    },
    (given) => `cannot stat ‘${given}’`,
  );
};

/** Groups that are not named as their user. */
const GROUPS: Readonly<Record<string, number>> = { kvm: 36 };

function uid(ctx: CommandContext, name: string): number {
  const found = new RegExp(`^${name}:x:(\\d+):`, 'm').exec(ctx.host.fs.read('/etc/passwd'));
  return name === 'root' ? 0 : Number(found?.[1] ?? 0);
}
