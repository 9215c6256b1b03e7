/** Tools on files that must stream, know owners and modes, or follow: cat, tee, tail, stat, install, mktemp, dd … */
import { FileError, normalise } from '../../kernel/files.ts';
import type { Command, CommandContext, CommandSet } from '../../types.ts';
import { parseOptions } from '../args.ts';

export function at(ctx: CommandContext, path: string): string {
  return normalise(path.startsWith('/') ? path : `${ctx.cwd}/${path}`);
}

/** Runs work on each operand; a file error becomes the tool's message and code 1. */
export async function eachFile(
  ctx: CommandContext,
  name: string,
  paths: readonly string[],
  work: (path: string, given: string) => void | Promise<void>,
  message?: (given: string) => string,
): Promise<number> {
  let code = 0;
  for (const given of paths) {
    try {
      await work(at(ctx, given), given);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      ctx.err(`${name}: ${message ? message(given) : `${given}`}: ${error.reason}\n`);
      code = 1;
    }
  }
  return code;
}

function bytesOut(ctx: CommandContext, bytes: string): void {
  ctx.out(Buffer.from(bytes, 'latin1').toString('utf8'));
}

const cat: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'nAbetuvTEs');
  let number = 0;
  const show = (bytes: string): void => {
    if (!has('n')) bytesOut(ctx, bytes);
    else for (const line of bytes.split(/(?<=\n)/)) bytesOut(ctx, `${String(++number).padStart(6)}\t${line}`);
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

const tee: Command = async (ctx) => {
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
    bytesOut(ctx, bytes);
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

const tail: Command = async (ctx) => {
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
    bytesOut(ctx, tailOf(await ctx.stdin.bytes(), lines, bytes));
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
      bytesOut(ctx, tailOf(text, lines, bytes));
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
      if (text.length > seen) bytesOut(ctx, text.slice(seen));
      sizes.set(path, text.length);
    }
    if (over) return code;
    await ctx.sleep(1);
  }
};

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

const stat: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'c:Lft', ['format=', 'printf=', 'dereference']);
  const format = value('c', 'format') ?? value('printf');
  return eachFile(
    ctx,
    'stat',
    operands,
    (path, given) => {
      const one = has('L', 'dereference') ? ctx.host.fs.stat(path) : ctx.host.fs.lstat(path);
      const iso = new Date(one.modified).toISOString().replace('T', ' ').replace('Z', '000000 +0000');
      const size = one.type === 'file' ? ctx.host.fs.readBytes(path).length : one.size;
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
        g: String(uid(ctx, one.group)),
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

function uid(ctx: CommandContext, name: string): number {
  const found = new RegExp(`^${name}:x:(\\d+):`, 'm').exec(ctx.host.fs.read('/etc/passwd'));
  return name === 'root' ? 0 : Number(found?.[1] ?? 0);
}

const install: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'm:o:g:dDCvpTt:', [
    'mode=',
    'owner=',
    'group=',
    'directory',
    'target-directory=',
  ]);
  const mode = Number.parseInt(value('m', 'mode') ?? '755', 8);
  const owner = value('o', 'owner') ?? ctx.user;
  const group = value('g', 'group') ?? ctx.user;
  const { fs } = ctx.host;
  if (has('d', 'directory'))
    return eachFile(
      ctx,
      'install',
      operands,
      (path) => {
        fs.mkdir(path, { mode, owner, group });
        fs.chmod(path, mode);
        if (has('o', 'owner') || has('g', 'group')) fs.chown(path, owner, group);
      },
      (given) => `cannot create directory ‘${given}’`,
    );
  const target = value('t', 'target-directory') ?? operands.at(-1);
  const sources = value('t', 'target-directory') === undefined ? operands.slice(0, -1) : operands;
  if (target === undefined || sources.length === 0) {
    ctx.err(`install: missing file operand\nTry 'install --help' for more information.\n`);
    return 1;
  }
  return eachFile(
    ctx,
    'install',
    sources,
    async (path, given) => {
      const bytes = path === '/dev/stdin' || given === '-' ? await ctx.stdin.bytes() : fs.readBytes(path);
      const into = fs.isDirectory(at(ctx, target)) ? `${at(ctx, target)}/${path.split('/').at(-1)}` : at(ctx, target);
      const directory = into.slice(0, into.lastIndexOf('/')) || '/';
      if (has('D')) fs.mkdir(directory);
      else if (!fs.isDirectory(directory)) throw new FileError('ENOENT', into);
      // The real one unlinks first: the content never shows under the old mode.
      if (fs.exists(into)) fs.remove(into);
      fs.writeBytes(into, bytes, { mode });
      if (has('o', 'owner') || has('g', 'group')) fs.chown(into, owner, group);
    },
    () => `cannot create regular file ‘${target}’`,
  );
};

const mktemp: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'dqtp:u', [
    'directory',
    'tmpdir=',
    'suffix=',
    'dry-run',
    'quiet',
    'tmpdir',
  ]);
  const template = operands[0] ?? 'tmp.XXXXXXXXXX';
  const base =
    value('p', 'tmpdir') || (operands[0] === undefined || has('t', 'tmpdir') ? (ctx.env.get('TMPDIR') ?? '/tmp') : '');
  if (!/X{3,}/.test(template)) {
    ctx.err(`mktemp: too few X's in template ‘${template}’\n`);
    return 1;
  }
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const name = template.replace(/X+(?!.*X{3})/, (run) =>
    [...run].map(() => letters[Math.floor(Math.random() * letters.length)]).join(''),
  );
  const given = `${base === '' ? '' : `${base}/`}${name}${value('suffix') ?? ''}`;
  const path = at(ctx, given);
  return eachFile(
    ctx,
    'mktemp',
    [given],
    () => {
      if (!ctx.host.fs.isDirectory(path.slice(0, path.lastIndexOf('/')) || '/')) throw new FileError('ENOENT', path);
      if (!has('u', 'dry-run')) {
        if (has('d', 'directory')) ctx.host.fs.mkdir(path, { mode: 0o700 });
        else ctx.host.fs.write(path, '', { mode: 0o600 });
      }
      ctx.out(`${given}\n`);
    },
    () => `failed to create file via template ‘${template}’`,
  );
};

const dd: Command = async (ctx) => {
  const operands = new Map(ctx.args.map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]));
  const unit = (text: string | undefined, otherwise: number): number => {
    const [, digits, suffix = ''] = /^(\d+)([kKMGc]?)/.exec(text ?? '') ?? [];
    return digits === undefined
      ? otherwise
      : Number(digits) * ({ '': 1, c: 1, k: 1024, K: 1024, M: 2 ** 20, G: 2 ** 30 }[suffix] ?? 1);
  };
  const size = unit(operands.get('bs'), 512);
  const count = operands.has('count') ? Number(operands.get('count')) : undefined;
  const source = operands.get('if');
  const target = operands.get('of');
  return eachFile(
    ctx,
    'dd',
    [source ?? target ?? '-'],
    async () => {
      let bytes =
        source === '/dev/zero'
          ? '\0'.repeat(Math.min(size * (count ?? 1), 2 ** 24))
          : source === undefined
            ? await ctx.stdin.bytes()
            : ctx.host.fs.readBytes(at(ctx, source));
      const skip = Number(operands.get('skip') ?? 0) * size;
      bytes = bytes.slice(skip, count === undefined ? undefined : skip + count * size);
      if (target === undefined) bytesOut(ctx, bytes);
      else await writeTarget(ctx, at(ctx, target), bytes);
      const blocks = Math.floor(bytes.length / size);
      const rest = bytes.length % size === 0 ? 0 : 1;
      if (operands.get('status') !== 'none')
        ctx.err(
          `${blocks}+${rest} records in\n${blocks}+${rest} records out\n${bytes.length} bytes copied, 0.000312 s, 13.1 MB/s\n`,
        );
    },
    (given) => `failed to open ‘${given}’`,
  );
};

/** Writing to a LUN's device wipes what is at its head. */
async function writeTarget(ctx: CommandContext, path: string, bytes: string): Promise<void> {
  const lun = ctx.host.luns().find((one) => path === `/dev/mapper/${one.lun.wwid}`)?.lun;
  if (!lun) {
    ctx.host.fs.writeBytes(path, bytes);
    return;
  }
  lun.signature = undefined;
  lun.group = undefined;
  lun.blocks.clear();
  ctx.changed(`wrote ${path}`);
}

const chmod: Command = async (ctx) => {
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

const chown: Command = async (ctx) => {
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

const chgrp: Command = async (ctx) => {
  const [group = '', ...rest] = ctx.args;
  return eachFile(ctx, 'chgrp', rest, (path) => ctx.host.fs.chown(path, '', group));
};

const realpath: Command = async (ctx) =>
  eachFile(
    ctx,
    'realpath',
    ctx.args.filter((arg) => !arg.startsWith('-')),
    (path) => ctx.out(`${ctx.host.fs.exists(path) ? ctx.host.fs.realpath(path) : path}\n`),
  );

const mountpoint: Command = async (ctx) => {
  const quiet = ctx.args.includes('-q');
  const [given = ''] = ctx.args.filter((arg) => !arg.startsWith('-'));
  const path = at(ctx, given);
  const mounted =
    path === '/run' ||
    path === '/proc' ||
    path === '/sys' ||
    path === '/dev' ||
    ctx.host.disks.some((disk) => disk.mount === path);
  if (!quiet)
    ctx.out(
      ctx.host.fs.exists(path)
        ? `${given} is ${mounted ? '' : 'not '}a mountpoint\n`
        : `mountpoint: ${given}: No such file or directory\n`,
    );
  return mounted ? 0 : 1;
};

const truncate: Command = async (ctx) => {
  const { operands, value } = parseOptions(ctx.args, 's:c', ['size=']);
  const size = Number(value('s', 'size') ?? 0);
  return eachFile(ctx, 'truncate', operands, (path) => {
    const bytes = ctx.host.fs.exists(path) ? ctx.host.fs.readBytes(path) : '';
    ctx.host.fs.writeBytes(path, bytes.slice(0, size).padEnd(size, '\0'));
  });
};

export const fileTools: CommandSet = {
  cat,
  tee,
  tail,
  stat,
  install,
  mktemp,
  dd,
  chmod,
  chown,
  chgrp,
  realpath,
  mountpoint,
  truncate,
  sync: async () => 0,
};
