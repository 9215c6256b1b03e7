/** What every fence agent does with a power switch, and what it says about it. */
import type { CommandContext } from '../../types.ts';
import { type AgentOptions, fail, logLine } from './options.ts';

/** The device did not answer in time, or the connection ended. */
export class DeviceTimedOut extends Error {}
export class DeviceGone extends Error {}

export interface Switch {
  /** Undefined: what the device says means neither on nor off. */
  status(): Promise<'on' | 'off' | undefined>;
  set(to: 'on' | 'off'): Promise<void>;
}

/** Switches and looks until it is so, for at most `power-timeout` seconds, with the attempts that are allowed. */
async function reach(ctx: CommandContext, options: AgentOptions, device: Switch, to: 'on' | 'off'): Promise<boolean> {
  const attempts = to === 'on' ? 1 + Number(options.get('retry-on')) : 1;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    await device.set(to);
    await ctx.sleep(Number(options.get('power-wait')));
    for (let second = 0; second < Number(options.get('power-timeout')); second += 1) {
      if ((await device.status()) === to) return true;
      await ctx.sleep(1);
    }
  }
  return false;
}

async function carryOut(ctx: CommandContext, options: AgentOptions, device: Switch): Promise<number> {
  const action = options.get('action') ?? '';
  const status = await device.status();
  if (status === undefined) {
    return fail(ctx, 'Failed: Unable to obtain correct plug status or plug is not available');
  }
  if (action === status) {
    ctx.out(`Success: Already ${status.toUpperCase()}\n`);
    return 0;
  }
  switch (action) {
    case 'on':
    case 'off':
      if (!(await reach(ctx, options, device, action))) {
        return fail(ctx, `Failed: Timed out waiting to power ${action.toUpperCase()}`);
      }
      ctx.out(`Success: Powered ${action.toUpperCase()}\n`);
      return 0;
    case 'reboot':
      if (status === 'on' && !(await reach(ctx, options, device, 'off'))) {
        return fail(ctx, 'Failed: Timed out waiting to power OFF');
      }
      // A node that does not come back is fenced all the same.
      if (!(await reach(ctx, options, device, 'on'))) logLine(ctx, 'ERROR', 'Timed out waiting to power ON\n');
      ctx.out('Success: Rebooted\n');
      return 0;
    case 'status':
      ctx.out(`Status: ${status.toUpperCase()}\n`);
      return status === 'off' ? 2 : 0;
    default:
      return 0;
  }
}

export async function fenceAction(ctx: CommandContext, options: AgentOptions, device: Switch): Promise<number> {
  try {
    return await carryOut(ctx, options, device);
  } catch (error) {
    if (error instanceof DeviceTimedOut) return fail(ctx, 'Connection timed out');
    if (error instanceof DeviceGone) return fail(ctx, 'Connection lost');
    throw error;
  }
}
