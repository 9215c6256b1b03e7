/** Tools that pass text on as it comes: cat, tee, tail with following. */
import { FileError } from '../../kernel/file-error.ts';
import type { Command } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { at, eachFile } from './operands.ts';

export const cat: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'nAbetuvTEs');
  let number = 0;
  const show = (bytes: string): void => {
    if (!has('n')) ctx.outBytes(bytes);
    else for (const line of bytes.split(/(?<=\n)/)) ctx.outBytes(`${String(++number).padStart(6)}\t${line}`);
  };
  const pass = async (): Promise<void> => {
    for (let line = await ctx.stdin.chunk(); line !== undefined; line = await ctx.stdin.chunk()) show(line);
  };
  if (operands.length === 0) await pass();
  return eachFile(ctx, 'cat', operands, async (path, given) => {
    if (given === '-' || path === '/dev/stdin') await pass();
    else show(ctx.host.fs.readBytes(path));
  });
};

export const tee: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'ai', ['append', 'ignore-interrupts']);
  const append = has('a', 'append');
  const good: string[] = [];
  const code = await eachFile(ctx, 'tee', operands, (path) => {
    if (!ctx.host.fs.exists(path.slice(0, path.lastIndexOf('/')) || '/')) throw new FileError('ENOENT', path);
    ctx.host.fs.writeBytes(path, '', { append });
    good.push(path);
  });
  for (let bytes = await ctx.stdin.chunk(); bytes !== undefined; bytes = await ctx.stdin.chunk()) {
    for (const path of good) ctx.host.fs.writeBytes(path, bytes, { append: true });
    ctx.outBytes(bytes);
  }
  return code;
};

/** The wanted end of the text: last lines or bytes, or from a position on (`+N`). */
function tailOf(text: string, lines: string | undefined, bytes: string | undefined): string {
  if (bytes !== undefined) {
    const count = Number.parseInt(bytes.replace(/^[+-]/, ''), 10);
    return bytes.startsWith('+') ? text.slice(Math.max(0, count - 1)) : count === 0 ? '' : text.slice(-count);
  }
  const wanted = lines ?? '10';
  const count = Number.parseInt(wanted.replace(/^[+-]/, ''), 10);
  const all = text.split(/(?<=\n)/);
  if (text === '') return '';
  return (wanted.startsWith('+') ? all.slice(Math.max(0, count - 1)) : count === 0 ? [] : all.slice(-count)).join('');
}

export const tail: Command = async (ctx) => {
  const args = ctx.args.map((arg) => (/^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg));
  const { operands, value, has } = parseOptions(args, 'n:c:fFqvs:', [
    'lines=',
    'bytes=',
    'follow',
    'follow=',
    'retry',
    'quiet',
    'pid=',
    'sleep-interval=',
  ]);
  const lines = value('n', 'lines');
  const bytes = value('c', 'bytes');
  if (operands.length === 0 || operands[0] === '-') {
    ctx.outBytes(tailOf(await ctx.stdin.bytes(), lines, bytes));
    return 0;
  }
  const sizes = new Map<string, number>();
  const code = await eachFile(
    ctx,
    'tail',
    operands,
    (path, given) => {
      const text = ctx.host.fs.readBytes(path);
      sizes.set(path, text.length);
      if (operands.length > 1 && !has('q')) ctx.out(`==> ${given} <==\n`);
      ctx.outBytes(tailOf(text, lines, bytes));
    },
    (given) => `cannot open ‘${given}’ for reading`,
  );
  if (!has('f', 'F', 'follow')) return code;
  const watched = value('pid');
  for (;;) {
    const over = watched !== undefined && !ctx.host.processes.get(Number(watched))?.running;
    for (const path of operands.map((given) => at(ctx, given))) {
      if (!ctx.host.fs.exists(path)) continue;
      const text = ctx.host.fs.readBytes(path);
      const seen = sizes.get(path) ?? 0;
      if (text.length > seen) ctx.outBytes(text.slice(seen));
      sizes.set(path, text.length);
    }
    if (over) return code;
    await ctx.sleep(1);
  }
};
