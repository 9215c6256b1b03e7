/** What makes and removes physical volumes and groups. */
import { randomUUID } from 'node:crypto';
import type { Command, CommandContext } from '../../types.ts';

function lunOf(ctx: CommandContext, device: string) {
  return ctx.host.luns().find(({ lun }) => device === `/dev/mapper/${lun.wwid}`)?.lun;
}

export const vgremove: Command = async (ctx) => {
  const names = ctx.args.filter((arg) => !arg.startsWith('-'));
  for (const name of names) {
    const lun = ctx.host.luns().find((one) => one.lun.group?.name === name)?.lun;
    if (!lun) {
      ctx.err(`  Volume group "${name}" not found\n  Cannot process volume group ${name}\n`);
      return 5;
    }
    if (
      lun.group &&
      lun.group.volumes.length > 0 &&
      !ctx.args.some((arg) => /^-\w*[fy]/.test(arg) || arg === '--force' || arg === '--yes')
    ) {
      ctx.err(
        `Do you really want to remove volume group "${name}" containing ${lun.group.volumes.length} logical volumes? [y/n]: [n]\n  Volume group "${name}" not removed\n`,
      );
      return 5;
    }
    lun.group = undefined;
    lun.signature = { type: 'LVM2_member', offset: 0x218 };
    ctx.changed(`vgremove ${name}`);
    ctx.out(`  Volume group "${name}" successfully removed\n`);
  }
  return 0;
};

export const pvcreate: Command = async (ctx) => {
  for (const device of ctx.args.filter((arg) => arg.startsWith('/'))) {
    const lun = lunOf(ctx, device);
    if (!lun) {
      ctx.err(`  Device ${device} not found.\n`);
      return 5;
    }
    if (lun.signature && !ctx.args.some((arg) => /^-\w*[fy]/.test(arg))) {
      ctx.err(
        `WARNING: ${lun.signature.type} signature detected on ${device} at offset ${lun.signature.offset}. Wipe it? [y/n]: [n]\n  Aborted wiping of ${lun.signature.type}.\n  1 existing signature left on the device.\n`,
      );
      return 5;
    }
    lun.signature = { type: 'LVM2_member', offset: 0x218 };
    ctx.changed(`pvcreate ${device}`);
    ctx.out(`  Physical volume "${device}" successfully created.\n`);
  }
  return 0;
};

export const pvremove: Command = async (ctx) => {
  for (const device of ctx.args.filter((arg) => arg.startsWith('/'))) {
    const lun = lunOf(ctx, device);
    if (!lun || (lun.group && !ctx.args.some((arg) => /^-\w*f/.test(arg)))) {
      ctx.err(
        lun
          ? `  PV ${device} is used by VG ${lun.group?.name} so please use vgreduce first.\n`
          : `  Device ${device} not found.\n`,
      );
      return 5;
    }
    lun.signature = undefined;
    lun.group = undefined;
    ctx.changed(`pvremove ${device}`);
    ctx.out(`  Labels on physical volume "${device}" successfully wiped.\n`);
  }
  return 0;
};

export const vgcreate: Command = async (ctx) => {
  const [name = '', device = ''] = ctx.args.filter((arg) => !arg.startsWith('-'));
  const lun = lunOf(ctx, device);
  if (!lun) {
    ctx.err(`  Device ${device} not found.\n`);
    return 5;
  }
  lun.signature = undefined;
  lun.group = { name, uuid: randomUUID(), size: lun.size - 2 ** 27, tags: [], volumes: [] };
  ctx.changed(`vgcreate ${name}`);
  ctx.out(`  Volume group "${name}" successfully created\n`);
  return 0;
};
