/** Tools on files that must stream, know owners and modes, or follow: cat, tee, tail, stat, install, mktemp, dd … */

import { FileError } from '../../kernel/file-error.ts';
import type { Command, CommandContext, CommandSet } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { at, eachFile } from './operands.ts';
import { chgrp, chmod, chown } from './owners.ts';
import { cat, tail, tee } from './reading.ts';
import { stat } from './stat.ts';

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
      if (target === undefined) ctx.outBytes(bytes);
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
