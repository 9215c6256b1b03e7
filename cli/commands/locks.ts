import type { Command } from 'commander';
import { add, type Deliver } from '../command.ts';
import { usage } from '../failure.ts';
import { breakLock, listLocks, locksText } from '../runs/locks.ts';
import { defaultBy } from '../runs/start.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';
import { withSession } from '../temporal.ts';

interface LocksFlags extends CommonFlags {
  readonly reason?: string;
}

export function addLocks(program: Command, deliver: Deliver): void {
  const group = program
    .command('locks')
    .description('who has locked what, and who waits for it; also without a worker')
    .helpCommand(false);
  add<LocksFlags>(
    group,
    {
      name: 'list',
      isDefault: true,
      about: 'who has locked what, and who waits for it; also without a worker (the same as "locks" alone)',
      examples: ['locks', 'locks --json'],
      server: true,
      run: (_args, flags) =>
        withSession(resolveSettings(flags), async (session) => {
          const locks = await listLocks(session);
          return { document: { locks }, text: locksText(locks) };
        }),
    },
    deliver,
  );
  add<LocksFlags>(
    group,
    {
      name: 'break <lock>',
      about: 'take a lock from its owner, dead or alive; a live run stops before its next step and asks what to do',
      examples: ['locks break host/host1 --reason "the run hangs, bob looked at the host" --by ann'],
      server: true,
      options: (command) =>
        command
          .option('--reason <text>', 'why it is right to take it; the owner is told')
          .option('--by <who>', 'who takes it (default: user@machine)'),
      run: ([resource = ''], flags) => {
        const { reason, by = defaultBy() } = flags;
        if (!reason) throw usage('locks break needs --reason: why it is right to take the lock; its owner is told.');
        return withSession(resolveSettings(flags), async (session) => {
          const lost = await breakLock(session, { resource, by, reason });
          const who = lost.map(({ id, runbook }) => `${id} (${runbook})`).join(', ');
          return {
            document: { resource, lost, by, reason },
            text: `${resource} was taken from ${who}. It stops before its next step; what it runs now on a host goes on.`,
          };
        });
      },
    },
    deliver,
  );
}
