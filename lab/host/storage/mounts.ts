/** What is mounted: mount, umount and findmnt of util-linux 2.23, and showmount of nfs-utils. */
import { mountNfs, nfsServerAt, unmount } from '../../kernel/nfs.ts';
import type { Command, CommandContext, MountedFileSystem } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { ownNamespace, unshare } from './namespace.ts';

const optionsOf = (one: MountedFileSystem): string => one.options ?? 'rw,relatime';

const ofType = (types: string | undefined) => (one: MountedFileSystem) =>
  types === undefined || types.split(',').includes(one.type);

/** Virtual seconds after which mount.nfs gives up on a server that is silent. */
const PATIENCE = 125;
/** mount's exit code for a mount that failed. */
const FAILED = 32;

/** `mount -t nfs SERVER:/PATH /AT`, in the words of mount.nfs. */
async function mountExport(ctx: CommandContext, source: string, at: string, options: string): Promise<number> {
  const [, address = '', path = ''] = /^(.+?):(\/.*)$/.exec(source) ?? [];
  if (!ctx.host.packages.has('nfs-utils')) {
    ctx.err(
      `mount: wrong fs type, bad option, bad superblock on ${source},\n       missing codepage or helper program, or other error\n       (for several filesystems (e.g. nfs, cifs) you might\n       need a /sbin/mount.<type> helper program)\n\n       In some cases useful info is found in syslog - try\n       dmesg | tail or so.\n`,
    );
    return FAILED;
  }
  if (!ctx.host.fs.isDirectory(at)) {
    ctx.err(`mount.nfs: mount point ${at} does not exist\n`);
    return FAILED;
  }
  const trouble = mountNfs(ctx.host, { address, path }, at, options);
  if (trouble === 'timeout') await ctx.sleep(PATIENCE);
  const words = {
    unresolved: `Failed to resolve server ${address}: Name or service not known`,
    timeout: 'Connection timed out',
    missing: `mounting ${source} failed, reason given by server: No such file or directory`,
  } as const;
  if (trouble) {
    ctx.err(`mount.nfs: ${words[trouble]}\n`);
    return FAILED;
  }
  const own = ownNamespace(ctx);
  if (own === undefined) ctx.changed(`mount ${source}`);
  else {
    ctx.host.disks.pop();
    own.push(at);
  }
  return 0;
}

const mount: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 't:o:lvn', ['types=', 'options=', 'make-rprivate']);
  const [source, at] = operands;
  // Mounts are never passed on from one namespace to another here.
  if (has('make-rprivate')) return 0;
  if (source !== undefined && at !== undefined) {
    if (/^nfs4?$/.test(value('t', 'types') ?? '') || /:\//.test(source))
      return mountExport(ctx, source, at, value('o', 'options') ?? '');
    ctx.err(`mount: special device ${source} does not exist\n`);
    return FAILED;
  }
  if (source !== undefined) {
    ctx.err(`mount: can't find ${source} in /etc/fstab\n`);
    return 1;
  }
  for (const one of ctx.host.disks.filter(ofType(value('t', 'types'))))
    ctx.out(`${one.device} on ${one.mount} type ${one.type} (${optionsOf(one)})\n`);
  return 0;
};

const umount: Command = async (ctx) => {
  const { operands } = parseOptions(ctx.args, 'flv', ['force', 'lazy']);
  let code = 0;
  for (const given of operands) {
    const at = ctx.host.disks.findLast((one) => one.mount === given || one.device === given)?.mount;
    if (at !== undefined && unmount(ctx.host, at)) {
      ctx.changed(`umount ${at}`);
      continue;
    }
    ctx.err(at === undefined ? `umount: ${given}: not mounted\n` : `umount: ${at}: target is busy.\n`);
    code = FAILED;
  }
  return code;
};

const columnsOf: Readonly<Record<string, (one: MountedFileSystem) => string>> = {
  TARGET: (one) => one.mount,
  SOURCE: (one) => one.device,
  FSTYPE: (one) => one.type,
  OPTIONS: optionsOf,
};

/** The mount that holds a path: the longest one above it. */
function holding(ctx: CommandContext, path: string): MountedFileSystem | undefined {
  const above = ctx.host.disks.filter(({ mount: at }) => path === at || path.startsWith(at === '/' ? '/' : `${at}/`));
  return above.sort((a, b) => b.mount.length - a.mount.length)[0];
}

const findmnt: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'no:t:S:T:M:lrPR', [
    'noheadings',
    'output=',
    'types=',
    'source=',
    'target=',
    'mountpoint=',
    'list',
    'raw',
    'pairs',
  ]);
  const source = value('S', 'source');
  const target = value('T', 'target');
  const point = value('M', 'mountpoint');
  const [named] = operands;
  const filtered = [source, target, point, named, value('t', 'types')].some((one) => one !== undefined);
  const found = ctx.host.disks
    .filter(ofType(value('t', 'types')))
    .filter((one) => source === undefined || one.device === source)
    .filter((one) => point === undefined || one.mount === point)
    .filter((one) => target === undefined || one === holding(ctx, target))
    .filter((one) => named === undefined || one.mount === named || one.device === named);
  if (found.length === 0) return 1;
  const columns = (value('o', 'output') ?? 'TARGET,SOURCE,FSTYPE,OPTIONS').toUpperCase().split(',');
  const unknown = columns.find((column) => !(column in columnsOf));
  if (unknown !== undefined) {
    ctx.err(`findmnt: unknown column: ${unknown}\n`);
    return 1;
  }
  const flat = filtered || has('l', 'list') || has('r', 'raw') || has('P', 'pairs');
  const rows = found.map((one, index) =>
    columns.map((column) => {
      const text = columnsOf[column]?.(one) ?? '';
      const branch = index === found.length - 1 ? '└─' : '├─';
      return column === 'TARGET' && !flat && one.mount !== '/' ? `${branch}${text}` : text;
    }),
  );
  if (has('P', 'pairs')) {
    for (const row of rows) ctx.out(`${row.map((text, index) => `${columns[index]}="${text}"`).join(' ')}\n`);
    return 0;
  }
  const table = has('n', 'noheadings') ? rows : [columns, ...rows];
  const widths = columns.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  const cell = (text: string, index: number): string =>
    has('r', 'raw') || index === columns.length - 1 ? text : text.padEnd(widths[index] ?? 0);
  for (const row of table) ctx.out(`${row.map(cell).join(' ')}\n`);
  return 0;
};

/** `showmount -e SERVER`; the other tables of mountd are of no use to anybody here. */
const showmount: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'eadh', ['exports', 'no-headers', 'all', 'directories']);
  const [address = ctx.host.fqdn] = operands;
  if (ctx.host.resolve(address).length === 0) {
    ctx.err('clnt_create: RPC: Unknown host\n');
    return 1;
  }
  const server = nfsServerAt(ctx.host, address);
  if (!server) {
    await ctx.sleep(10);
    ctx.err('clnt_create: RPC: Port mapper failure - Timed out\n');
    return 1;
  }
  if (!has('e', 'exports')) return 0;
  const offered = server.exports.filter((one) => one.offered);
  const width = Math.max(...offered.map((one) => one.path.length), 0);
  if (!has('no-headers')) ctx.out(`Export list for ${address}:\n`);
  for (const { path } of offered) ctx.out(`${path.padEnd(width)} 172.20.32.0/24\n`);
  return 0;
};

export const mountPrograms = {
  mount,
  umount,
  findmnt,
  unshare,
};

export const nfsPrograms = { '/usr/sbin/showmount': showmount };
