/** Tools that start, wait for, list and kill processes. */

import type { Host } from '../../kernel/host.ts';
import { type Process, shellStatus } from '../../kernel/process.ts';
import { signalName } from '../../kernel/signals.ts';
import type { Command, CommandSet } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { kill, pgrep, pkill, ps } from './process-list.ts';
import { become, runProgram, startProgram } from './run-program.ts';

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
