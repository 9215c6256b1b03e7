import type { Process } from '../../kernel/process.ts';
import { signalName } from '../../kernel/signals.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';

export const kill: Command = async (ctx) => {
  const option = ctx.args.find((arg) => /^-\w+$/.test(arg)) ?? '-TERM';
  const signal = option === '-0' ? '0' : signalName(option === '-s' ? (ctx.args[1] ?? '') : option.slice(1));
  let code = 0;
  for (const pid of ctx.args.filter((arg) => /^\d+$/.test(arg) && arg !== ctx.args[option === '-s' ? 1 : -1])) {
    const process = ctx.host.processes.get(Number(pid));
    if (!process || signal === undefined) {
      ctx.err(`kill: sending signal to ${pid} failed: No such process\n`);
      code = 1;
    } else if (signal !== '0') process.kill(signal);
  }
  return code;
};

function matching(ctx: CommandContext): {
  found: Process[];
  list: boolean;
  quiet: boolean;
  signal: string | undefined;
} {
  const args = ctx.args.map((arg) => (/^-(?:\d+|SIG[A-Z]+|[A-Z]{3,})$/.test(arg) ? `--signal=${arg.slice(1)}` : arg));
  const { operands, value, has } = parseOptions(args, 'faxlou:U:P:nvcd:', [
    'full',
    'exact',
    'signal=',
    'list-name',
    'oldest',
    'newest',
    'parent=',
    'count',
  ]);
  const regex = new RegExp(operands[0] ?? '');
  const full = has('f', 'full');
  const exact = has('x', 'exact');
  const found = ([...ctx.host.processes.values()] as Process[]).filter((one) => {
    if (one.pid === ctx.process.pid) return false;
    const name = (one.argv[0] ?? '').split('/').at(-1) ?? '';
    const text = full ? one.argv.join(' ') : name.slice(0, 15);
    const user = value('u', 'U');
    if (user !== undefined && one.user !== user) return false;
    const parent = value('P', 'parent');
    if (parent !== undefined && String(one.parent) !== parent) return false;
    return exact ? new RegExp(`^(?:${regex.source})$`).test(text) : regex.test(text);
  });
  return { found, list: has('a', 'l'), quiet: false, signal: value('signal') };
}

export const pgrep: Command = async (ctx) => {
  const { found, list } = matching(ctx);
  for (const one of found)
    ctx.out(
      list
        ? `${one.pid} ${ctx.args.some((arg) => /^-\w*a/.test(arg)) ? one.argv.join(' ') : one.argv[0]}\n`
        : `${one.pid}\n`,
    );
  return found.length > 0 ? 0 : 1;
};

export const pkill: Command = async (ctx) => {
  const { found, signal } = matching(ctx);
  for (const one of found) one.kill(signalName(signal ?? 'TERM') ?? 'SIGTERM');
  return found.length > 0 ? 0 : 1;
};

export const ps: Command = async (ctx) => {
  const { value } = parseOptions(
    ctx.args.map((arg) => (/^[a-z]+$/.test(arg) ? `-${arg}` : arg)),
    'eAfauxwo:p:C:H',
    ['no-headers', 'pid=', 'ppid=', 'sort=', 'no-heading'],
  );
  const wanted = value('p', 'pid')?.split(',');
  const named = value('C');
  const all = [...ctx.host.processes.values()].filter((one) => {
    if (wanted) return wanted.includes(String(one.pid));
    return named === undefined || (one.argv[0] ?? '').split('/').at(-1) === named;
  });
  const now = ctx.lab.clock.now();
  const columns = (value('o') ?? '').split(',').map((column) => column.trim());
  const field = (one: (typeof all)[number], name: string): string => {
    const elapsed = Math.floor((now - one.startedAt) / 1000);
    const values: Readonly<Record<string, string>> = {
      pid: String(one.pid),
      ppid: String(one.parent),
      user: one.user,
      comm: (one.argv[0] ?? '').split('/').at(-1)?.slice(0, 15) ?? '',
      args: one.argv.join(' '),
      cmd: one.argv.join(' '),
      command: one.argv.join(' '),
      etimes: String(elapsed),
      etime: `${String(Math.floor(elapsed / 60)).padStart(2, '0')}:${String(elapsed % 60).padStart(2, '0')}`,
      stat: 'S',
      state: 'S',
      pgid: String(one.pid),
      unit: one.unit ?? '-',
    };
    return values[name.replace(/=.*$/, '')] ?? '-';
  };
  if (value('o') === undefined) {
    ctx.out('UID        PID  PPID  C STIME TTY          TIME CMD\n');
    for (const one of all)
      ctx.out(
        `${one.user.padEnd(8)}${String(one.pid).padStart(6)}${String(one.parent).padStart(6)}  0 11:20 ?        00:00:00 ${one.argv.join(' ')}\n`,
      );
  } else {
    if (!columns.every((column) => column.endsWith('=')))
      ctx.out(
        `${columns
          .map((column) =>
            column
              .replace(/=.*$/, '')
              .toUpperCase()
              .padStart(column === 'pid' ? 5 : 0),
          )
          .join(' ')}\n`,
      );
    for (const one of all)
      ctx.out(`${columns.map((column) => field(one, column).padStart(/^p?pid/.test(column) ? 5 : 0)).join(' ')}\n`);
  }
  return all.length > 0 ? 0 : 1;
};
