/** A daemon that becomes ready after its start-up time and then waits for its end. */
import type { Command } from '../types.ts';

export const daemon =
  (startSeconds: number): Command =>
  async (ctx) => {
    await ctx.sleep(startSeconds);
    ctx.ready();
    return ctx.untilSignalled();
  };

/** A unit file of a daemon that tells when it is ready. */
export function unitFile(
  description: string,
  exec: string,
  more: { unit?: string; service?: string; install?: string } = {},
): string {
  return `[Unit]\nDescription=${description}\n${more.unit ?? ''}\n[Service]\nType=notify\nExecStart=${exec}\n${more.service ?? ''}\n[Install]\nWantedBy=multi-user.target\n${more.install ?? ''}`;
}
