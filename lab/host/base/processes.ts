/** Tools that start, wait for, list and kill processes. */
import type { Host } from '../../kernel/host.ts';
import { type Process, shellStatus } from '../../kernel/process.ts';
import { signalName } from '../../kernel/signals.ts';
import type { Command, CommandContext, CommandSet } from '../../types.ts';
import { parseOptions } from '../args.ts';

/** Starts a program as a child that shares this one's descriptors. */
export function startProgram(
  ctx: CommandContext,
  argv: readonly string[],
  options: { env?: ReadonlyMap<string, string>; user?: string; cwd?: string } = {},
): Process | 126 | 127 {
  const host = ctx.host as Host;
  const process = ctx.process as Process;
  return host.execute(process, argv, {
    files: new Map([...process.files].map(([descriptor, file]) => [descriptor, file.dup()])),
    env: new Map(options.env ?? ctx.env),
    ...(options.user !== undefined ? { user: options.user } : {}),
    ...(options.cwd !== undefined ? { cwd: options.cwd } : {}),
  });
}

/** Runs it to its end; gives the shell's code, or the wrapper's message when it cannot be started. */
export async function runProgram(
  ctx: CommandContext,
  wrapper: string,
  argv: readonly string[],
  options: Parameters<typeof startProgram>[2] = {},
): Promise<number> {
  const child = startProgram(ctx, argv, options);
  if (typeof child === 'number') {
    ctx.err(
      `${wrapper}: failed to run command ‘${argv[0]}’: ${child === 127 ? 'No such file or directory' : 'Permission denied'}\n`,
    );
    return child;
  }
  return shellStatus(await (ctx.process as Process).interruptible(child.done));
}

/** The process becomes another program: same pid, same descriptors. */
async function become(ctx: CommandContext, wrapper: string, argv: readonly string[], env = ctx.env): Promise<number> {
  const status = await (ctx.host as Host).replace(ctx.process as Process, argv, new Map(env));
  if (typeof status === 'object') return status.code;
  ctx.err(
    `${wrapper}: failed to run command ‘${argv[0]}’: ${status === 127 ? 'No such file or directory' : 'Permission denied'}\n`,
  );
  return status;
}

export function duration(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?|\.\d+)([smhd]?)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Number(number) * ({ '': 1, s: 1, m: 60, h: 3600, d: 86400 }[unit] ?? 1);
}

const sleep: Command = async (ctx) => {
  let seconds = 0;
  for (const arg of ctx.args) {
    const part = duration(arg);
    if (part === undefined) {
      ctx.err(`sleep: invalid time interval ‘${arg}’\nTry 'sleep --help' for more information.\n`);
      return 1;
    }
    seconds += part;
  }
  await ctx.sleep(seconds);
  return 0;
};

const timeout: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(
    ctx.args,
    's:k:v',
    ['signal=', 'kill-after=', 'preserve-status', 'foreground'],
    { stopAtOperand: true },
  );
  const limit = duration(operands[0] ?? '');
  const signal = signalName(value('s', 'signal') ?? 'TERM');
  if (limit === undefined || signal === undefined || operands.length < 2) {
    ctx.err(
      limit === undefined && operands[0] !== undefined
        ? `timeout: invalid time interval ‘${operands[0]}’\n`
        : 'timeout: missing operand\n',
    );
    return 125;
  }
  const child = startProgram(ctx, operands.slice(1));
  if (typeof child === 'number') {
    ctx.err(
      `timeout: failed to run command ‘${operands[1]}’: ${child === 127 ? 'No such file or directory' : 'Permission denied'}\n`,
    );
    return child;
  }
  const host = ctx.host as Host;
  let late = false;
  const kill = duration(value('k', 'kill-after') ?? '');
  const cancels = [
    ctx.lab.clock.after(limit === 0 ? Number.MAX_SAFE_INTEGER : limit, () => {
      late = true;
      for (const one of tree(host, child.pid)) one.kill(signal);
      if (kill !== undefined) cancels.push(ctx.lab.clock.after(kill, () => child.kill('SIGKILL')));
    }),
  ];
  try {
    const code = shellStatus(await (ctx.process as Process).interruptible(child.done));
    return late && code !== 137 && !has('preserve-status') ? 124 : code;
  } catch (error) {
    child.kill('SIGTERM');
    throw error;
  } finally {
    for (const cancel of cancels) cancel();
  }
};

/** A process and all that descend from it, children first. */
export function tree(host: Host, pid: number): Process[] {
  const children = [...host.processes.values()]
    .filter((one) => one.parent === pid)
    .flatMap((one) => tree(host, one.pid));
  const own = host.processes.get(pid);
  return own ? [...children, own] : children;
}

const env: Command = async (ctx) => {
  const next = new Map(ctx.args.includes('-i') || ctx.args[0] === '-' ? [] : ctx.env);
  let index = 0;
  for (; index < ctx.args.length; index += 1) {
    const arg = ctx.args[index] ?? '';
    if (arg === '-i' || arg === '-') continue;
    if (arg === '-u') {
      index += 1;
      next.delete(ctx.args[index] ?? '');
      continue;
    }
    const equals = arg.indexOf('=');
    if (equals < 1) break;
    next.set(arg.slice(0, equals), arg.slice(equals + 1));
  }
  const argv = ctx.args.slice(index);
  if (argv.length > 0) return become(ctx, 'env', argv, next);
  for (const [key, value] of next) ctx.out(`${key}=${value}\n`);
  return 0;
};

const xargs: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'n:P:I:L:d:0rt', ['no-run-if-empty', 'null', 'max-args='], {
    stopAtOperand: true,
  });
  const text = await ctx.stdin.text();
  const replace = value('I');
  const words = (
    has('0', 'null')
      ? text.split('\0')
      : replace !== undefined || value('d') === '\\n'
        ? text.split('\n')
        : [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  ).filter((word) => word !== '');
  const command = operands.length > 0 ? operands : ['echo'];
  if (words.length === 0 && (has('r', 'no-run-if-empty') || replace !== undefined)) return 0;
  const size = replace !== undefined ? 1 : Number(value('n', 'max-args') ?? Math.max(1, words.length));
  let code = 0;
  for (let from = 0; from === 0 || from < words.length; from += size) {
    const batch = words.slice(from, from + size);
    const argv =
      replace === undefined ? [...command, ...batch] : command.map((word) => word.replaceAll(replace, batch[0] ?? ''));
    const status = await runProgram(ctx, 'xargs', argv);
    if (status === 126 || status === 127) return status;
    if (status !== 0) code = 123;
  }
  return code;
};

const nohup: Command = async (ctx) => {
  (ctx.process as Process).ignored.add('SIGHUP');
  const process = ctx.process as Process;
  if (ctx.args.length === 0) {
    ctx.err("nohup: missing operand\nTry 'nohup --help' for more information.\n");
    return 125;
  }
  const child = startProgram(ctx, ctx.args);
  if (typeof child === 'number') {
    ctx.err(`nohup: failed to run command ‘${ctx.args[0]}’: No such file or directory\n`);
    return child;
  }
  return shellStatus(await process.interruptible(child.done));
};

const setsid: Command = async (ctx) => {
  const wait = ctx.args.some((arg) => arg === '-w' || arg === '--wait');
  const argv = ctx.args.filter(
    (arg, index) => !(arg.startsWith('-') && index < ctx.args.findIndex((word) => !word.startsWith('-'))),
  );
  const child = startProgram(ctx, argv);
  if (typeof child === 'number') {
    ctx.err(`setsid: failed to execute ${argv[0]}: No such file or directory\n`);
    return child;
  }
  return wait
    ? shellStatus(await (ctx.process as Process).interruptible(child.done))
    : shellStatus(await (ctx.process as Process).interruptible(child.done));
};

const wrapper =
  (name: string, valued: string): Command =>
  async (ctx) => {
    const { operands } = parseOptions(
      ctx.args,
      valued,
      ['adjustment=', 'class=', 'classdata=', 'output=', 'error=', 'input='],
      { stopAtOperand: true },
    );
    if (operands.length === 0) return 0;
    return become(ctx, name, operands);
  };

const kill: Command = async (ctx) => {
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

const pgrep: Command = async (ctx) => {
  const { found, list } = matching(ctx);
  for (const one of found)
    ctx.out(
      list
        ? `${one.pid} ${ctx.args.some((arg) => /^-\w*a/.test(arg)) ? one.argv.join(' ') : one.argv[0]}\n`
        : `${one.pid}\n`,
    );
  return found.length > 0 ? 0 : 1;
};

const pkill: Command = async (ctx) => {
  const { found, signal } = matching(ctx);
  for (const one of found) one.kill(signalName(signal ?? 'TERM') ?? 'SIGTERM');
  return found.length > 0 ? 0 : 1;
};

const ps: Command = async (ctx) => {
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

const echo: Command = async (ctx) => {
  ctx.out(`${ctx.args.join(' ')}\n`);
  return 0;
};

const which: Command = async (ctx) => {
  let code = 0;
  for (const name of ctx.args.filter((arg) => !arg.startsWith('-'))) {
    const path = (ctx.host as Host).which(name, ctx.env.get('PATH'), ctx.cwd);
    if (path !== undefined) ctx.out(`${path}\n`);
    else {
      ctx.err(`/usr/bin/which: no ${name} in (${ctx.env.get('PATH') ?? ''})\n`);
      code = 1;
    }
  }
  return code;
};

export const processTools: CommandSet = {
  sleep,
  timeout,
  env,
  xargs,
  nohup,
  setsid,
  nice: wrapper('nice', 'n:'),
  ionice: wrapper('ionice', 'c:n:tp:'),
  stdbuf: wrapper('stdbuf', 'i:o:e:'),
  '/usr/bin/kill': kill,
  pgrep,
  pkill,
  ps,
  which,
  '/usr/bin/echo': echo,
  '/usr/bin/true': async () => 0,
  '/usr/bin/false': async () => 1,
  printenv: async (ctx) => {
    const [name] = ctx.args;
    if (name === undefined) for (const [key, value] of ctx.env) ctx.out(`${key}=${value}\n`);
    else if (ctx.env.has(name)) ctx.out(`${ctx.env.get(name)}\n`);
    else return 1;
    return 0;
  },
};
