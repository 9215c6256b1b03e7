/** How a fence agent is told what to do: options on its command line, or `name=value` lines where it has none. */
import type { CommandContext } from '../../types.ts';
import { formatDate } from '../base/dates.ts';

/** Long name to the ways of writing it: a letter (with `:` when it takes a value) and the names that stdin knows. */
export type OptionTable = Readonly<Record<string, { letter?: string; stdin?: readonly string[]; default?: string }>>;

export const commonOptions: OptionTable = {
  ip: { letter: 'a:', stdin: ['ipaddr'] },
  username: { letter: 'l:', stdin: ['login'] },
  password: { letter: 'p:', stdin: ['passwd'] },
  'password-script': { letter: 'S:', stdin: ['passwd_script'] },
  action: { letter: 'o:', stdin: ['option'], default: 'reboot' },
  plug: { letter: 'n:', stdin: ['port'] },
  ipport: { letter: 'u:' },
  'login-timeout': { stdin: ['login_timeout'], default: '5' },
  'shell-timeout': { stdin: ['shell_timeout'], default: '3' },
  'power-timeout': { stdin: ['power_timeout'], default: '20' },
  'power-wait': { stdin: ['power_wait'], default: '0' },
  'retry-on': { stdin: ['retry_on'], default: '1' },
  delay: { default: '0' },
  'debug-file': { letter: 'D:', stdin: ['debug'] },
  verbose: { letter: 'v' },
  quiet: { letter: 'q' },
};

/** Those that take no value. */
const flags = new Set(['verbose', 'quiet', 'ssh', 'lanplus', 'help', 'version']);

export type AgentOptions = ReadonlyMap<string, string>;

/** A line of the agents' log on stderr; the message brings line ends of its own. */
export function logLine(ctx: CommandContext, level: 'ERROR' | 'WARNING', message: string): void {
  const now = ctx.host.date();
  const millis = String(now.getMilliseconds()).padStart(3, '0');
  ctx.err(`${formatDate(now, '%F %T')},${millis} ${level}: ${message}\n\n`);
}

/** Every failure of an agent is told in words and ends with 1. */
export function fail(ctx: CommandContext, message: string): number {
  logLine(ctx, 'ERROR', `${message}\n`);
  return 1;
}

function misused(ctx: CommandContext, message: string): undefined {
  logLine(ctx, 'ERROR', message);
  logLine(ctx, 'ERROR', "Please use '-h' for usage");
  return undefined;
}

function longName(table: OptionTable, arg: string): string | undefined {
  if (arg.startsWith('--')) return arg.slice(2) in table ? arg.slice(2) : undefined;
  return Object.keys(table).find((name) => table[name]?.letter?.charAt(0) === arg.charAt(1));
}

function fromArguments(ctx: CommandContext, table: OptionTable): Map<string, string> | undefined {
  const found = new Map<string, string>();
  const words = [...ctx.args];
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (!word.startsWith('-')) {
      logLine(ctx, 'WARNING', `Unused arguments on command line: ['${word}']`);
      continue;
    }
    const [arg = '', given] = word.startsWith('--') ? word.split(/=(.*)/s) : [word.slice(0, 2), word.slice(2)];
    const name = longName(table, arg);
    if (name === undefined) {
      return misused(
        ctx,
        `Parse error: option ${arg.startsWith('--') ? `${arg} not recognized` : `${arg} not recognized`}`,
      );
    }
    if (flags.has(name)) {
      found.set(name, '1');
      if (!word.startsWith('--') && given) words.unshift(`-${given}`);
    } else found.set(name, given === undefined || given === '' ? (words.shift() ?? '') : given);
  }
  return found;
}

async function fromStdin(ctx: CommandContext, table: OptionTable): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const raw of (await ctx.stdin.text()).split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [key = '', quoted = ''] = line.split(/=(.*)/s);
    const value = quoted.replace(/^"(.*)"$/, '$1');
    const name = Object.keys(table).find(
      (one) => one.replaceAll('-', '_') === key.replaceAll('-', '_') || table[one]?.stdin?.includes(key),
    );
    if (name === undefined) logLine(ctx, 'WARNING', `Parse error: Ignoring unknown option '${line}'\n`);
    else if (!flags.has(name)) found.set(name, value);
    else if (/^(1|yes|on|true)$/i.test(value)) found.set(name, '1');
  }
  return found;
}

const actions = ['on', 'off', 'reboot', 'status', 'monitor'];

/** The options with their defaults; undefined after a misuse was told. Without an action the server is power-cycled. */
export async function readOptions(ctx: CommandContext, table: OptionTable): Promise<AgentOptions | undefined> {
  const given = ctx.args.length > 0 ? fromArguments(ctx, table) : await fromStdin(ctx, table);
  if (!given) return undefined;
  for (const [name, { default: value }] of Object.entries(table))
    if (value !== undefined && !given.has(name)) given.set(name, value);
  const action = given.get('action') ?? '';
  if (!actions.includes(action)) return misused(ctx, `Failed: Unrecognised action '${action}'`);
  if (!given.has('username')) return misused(ctx, 'Failed: You have to set login name');
  if (!given.has('ip')) return misused(ctx, 'Failed: You have to enter fence address');
  if (!given.has('password') && !given.has('password-script'))
    return misused(ctx, 'Failed: You have to enter password, password script or identity file');
  const script = given.get('password-script');
  if (script !== undefined) given.set('password', (await ctx.sh(script)).stdout.trimEnd());
  return given;
}
