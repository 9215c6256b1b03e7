/** Block devices: blkid, wipefs, blockdev; lsblk has a file of its own. */
import type { Command, CommandContext, Lun } from '../../types.ts';
import { parseOptions } from '../args.ts';
import type { Device } from './devices.ts';
import { devicesOf, nodeOf, placed } from './devices.ts';
import { lsblk } from './lsblk.ts';

/** Every device once, whatever its place. */
function devices(ctx: CommandContext): Device[] {
  const all = placed(devicesOf(ctx.host)).map((one) => one.device);
  return all.filter((device, index) => all.findIndex((other) => other.kname === device.kname) === index);
}

const strip = (path: string): string => path.replace(/^\/dev\/(mapper\/)?/, '');

const lunAt = (ctx: CommandContext, path: string): Lun | undefined =>
  ctx.host
    .luns()
    .find(({ lun, paths }) => path === `/dev/mapper/${lun.wwid}` || paths.some((one) => path === `/dev/${one.device}`))
    ?.lun;

const blkid: Command = async (ctx) => {
  const { operands, value } = parseOptions(ctx.args, 'ps:o:t:c:giu:', ['probe', 'output=', 'match-tag=']);
  let found = 0;
  for (const one of devices(ctx)) {
    const path = nodeOf(one);
    if (one.fstype === '' || (operands.length > 0 && !operands.includes(path))) continue;
    found += 1;
    ctx.out(value('o', 'output') === 'value' ? `${one.fstype}\n` : `${path}: TYPE="${one.fstype}" \n`);
  }
  return found > 0 ? 0 : 2;
};

const wipefs: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'anfqp', ['all', 'no-act', 'force', 'quiet', 'parsable', 'backup']);
  for (const path of operands) {
    const lun = lunAt(ctx, path);
    if (!lun) {
      ctx.err(`wipefs: error: ${path}: probing initialization failed: No such file or directory\n`);
      return 1;
    }
    const signature = lun.group ? { type: 'LVM2_member', offset: 0x218 } : lun.signature;
    if (!signature) continue;
    if (!has('a', 'all')) {
      ctx.out(
        has('p', 'parsable')
          ? `# offset,uuid,label,type\n0x${signature.offset.toString(16)},,,${signature.type}\n`
          : `offset               type\n----------------------------------------------------------------\n0x${signature.offset.toString(16).padEnd(18)} ${signature.type}   [raid]\n\n`,
      );
      continue;
    }
    if (lun.group?.volumes.some((volume) => volume.active.size > 0) && !has('f', 'force')) {
      ctx.err(`wipefs: error: ${path}: probing initialization failed: Device or resource busy\n`);
      return 1;
    }
    if (!has('n', 'no-act')) {
      lun.signature = undefined;
      lun.group = undefined;
      lun.blocks.clear();
      ctx.changed(`wipefs ${path}`);
    }
    if (!has('q', 'quiet'))
      ctx.out(
        `${path}: 8 bytes were erased at offset 0x${signature.offset.toString(16).padStart(8, '0')} (${signature.type}): 4c 56 4d 32 20 30 30 31\n`,
      );
  }
  return 0;
};

const blockdev: Command = async (ctx) => {
  const path = ctx.args.at(-1) ?? '';
  const one = devices(ctx).find((device) => device.name === strip(path) || device.kname === strip(path));
  if (!one) {
    ctx.err(`blockdev: cannot open ${path}: No such file or directory\n`);
    return 1;
  }
  for (const option of ctx.args.slice(0, -1)) {
    if (option === '--getsize64') ctx.out(`${one.size}\n`);
    if (option === '--getsz' || option === '--getsize') ctx.out(`${one.size / 512}\n`);
    if (option === '--getss' || option === '--getpbsz') ctx.out('512\n');
    if (option === '--getro') ctx.out('0\n');
  }
  return 0;
};

export const blockPrograms = {
  lsblk,
  '/usr/sbin/blkid': blkid,
  '/usr/sbin/wipefs': wipefs,
  '/usr/sbin/blockdev': blockdev,
};
