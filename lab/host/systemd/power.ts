/** reboot, poweroff, shutdown: the request is accepted at once, the machine goes down a moment later. */

import { shutDownHost } from '../../kernel/boot.ts';
import { actAs } from '../../kernel/current.ts';
import type { Host } from '../../kernel/host.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { formatDate } from '../base/dates.ts';

function goDown(host: Host, how: 'reboot' | 'poweroff', seconds: number): void {
  actAs(undefined, () => {
    const cycle = host.powerCycle;
    const cancel = host.lab.clock.after(seconds, () => {
      if (host.powerCycle !== cycle) return;
      void (how === 'reboot' ? host.reboot() : shutDownHost(host));
    });
    host.volatile.set('shutdown', cancel);
  });
}

export async function rebootCommand(ctx: CommandContext, how: 'reboot' | 'poweroff'): Promise<number> {
  if (ctx.user !== 'root') {
    ctx.err(
      `Failed to ${how === 'reboot' ? 'reboot' : 'power off'} system via logind: Interactive authentication required.\n`,
    );
    return 1;
  }
  ctx.changed(how);
  goDown(ctx.host as Host, how, 0.5);
  return 0;
}

const shutdown: Command = async (ctx) => {
  const { operands, has } = parseOptions(ctx.args, 'rhPHckf', ['reboot', 'poweroff', 'halt', 'no-wall']);
  const host = ctx.host as Host;
  if (has('c')) {
    (host.volatile.get('shutdown') as (() => void) | undefined)?.();
    return 0;
  }
  const when = operands[0] ?? '+1';
  const minutes = when === 'now' ? 0 : Number(when.replace(/^\+/, ''));
  if (Number.isNaN(minutes)) {
    ctx.err(`Failed to parse time specification: ${when}\n`);
    return 1;
  }
  ctx.changed('shutdown');
  goDown(host, has('r', 'reboot') ? 'reboot' : 'poweroff', Math.max(0.5, minutes * 60));
  if (minutes > 0)
    ctx.err(
      `Shutdown scheduled for ${formatDate(new Date(host.date().getTime() + minutes * 60_000), '%a %F %T UTC')}, use 'shutdown -c' to cancel.\n`,
    );
  return 0;
};

export const powerPrograms = {
  '/usr/sbin/reboot': (ctx: CommandContext) => rebootCommand(ctx, 'reboot'),
  '/usr/sbin/poweroff': (ctx: CommandContext) => rebootCommand(ctx, 'poweroff'),
  '/usr/sbin/shutdown': shutdown,
};
