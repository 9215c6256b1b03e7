/** journalctl: unit, time and boot filters, the output modes, cursors. */
import type { Host } from '../../kernel/host.ts';
import { canonical } from '../../kernel/systemd/files.ts';
import type { Command, SystemJournalEntry } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { formatDate } from '../base/dates.ts';
import { shortLine } from './journal-lines.ts';

function timeOf(host: Host, text: string): number | undefined {
  const now = host.date().getTime();
  if (text === 'now') return now;
  if (text === 'today') return new Date(now).setUTCHours(0, 0, 0, 0);
  if (text.startsWith('@')) return Number(text.slice(1)) * 1000;
  const relative = /^-?(\d+)\s*(s|sec|second|min|minute|m|h|hour|d|day)s?( ago)?$/.exec(text);
  if (relative) {
    const unit =
      { s: 1, sec: 1, second: 1, m: 60, min: 60, minute: 60, h: 3600, hour: 3600, d: 86400, day: 86400 }[
        relative[2] ?? ''
      ] ?? 1;
    return now - Number(relative[1]) * unit * 1000;
  }
  const parsed = Date.parse(`${text.includes(':') ? text.replace(' ', 'T') : `${text}T00:00:00`}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function asJson(host: Host, entry: SystemJournalEntry, cursor: string): string {
  const fields: Record<string, string> = {
    __CURSOR: cursor,
    __REALTIME_TIMESTAMP: `${Math.floor(entry.at)}000`,
    _BOOT_ID: entry.bootId.replaceAll('-', ''),
    _HOSTNAME: host.network.hostname,
    PRIORITY: String(entry.priority),
    SYSLOG_IDENTIFIER: entry.identifier,
    _PID: String(entry.pid),
    ...(entry.unit === undefined
      ? {}
      : entry.identifier === 'systemd'
        ? { UNIT: entry.unit }
        : { _SYSTEMD_UNIT: entry.unit }),
    MESSAGE: entry.message,
  };
  return `{ ${Object.entries(fields)
    .map(([key, value]) => `${JSON.stringify(key)} : ${JSON.stringify(value)}`)
    .join(', ')} }`;
}

/** What `-b` and `-n` may be followed by; anything else is a word of its own, and they stand without an argument. */
const arguable: Readonly<Record<string, { readonly argument: RegExp; readonly alone: string }>> = {
  b: { argument: /^([+-]?\d+|[0-9a-f]{32}([+-]\d+)?)$/, alone: '-b0' },
  n: { argument: /^(\d+|all)$/, alone: '-n10' },
};

/** The arguments as getopt would have them, had it known that those of `-b` and `-n` may be missing. */
function settled(args: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    const [, others, last = ''] = /^-([efxqakm]*)([bn])$/.exec(arg) ?? [];
    const kind = arguable[last];
    if (!kind || kind.argument.test(args[at + 1] ?? '')) return [arg];
    return [...(others ? [`-${others}`] : []), kind.alone];
  });
}

/** A boot by its id, by its place before the present one (0, -1), or counted from the oldest (1). */
function bootAt(boots: readonly string[], wanted: string): string | undefined {
  const named = boots.find((id) => id.replaceAll('-', '') === wanted);
  return named ?? (/^[+-]?\d+$/.test(wanted) ? boots.at(Number(wanted) - 1) : undefined);
}

export const journalctl: Command = async (ctx) => {
  const host = ctx.host as Host;
  const { operands, options, value, has, unknown } = parseOptions(settled(ctx.args), 'u:n:o:qb:fxet:p:kaS:U:rm', [
    'unit=',
    'lines=',
    'output=',
    'quiet',
    'no-pager',
    'since=',
    'until=',
    'boot',
    'boot=',
    'after-cursor=',
    'identifier=',
    'priority=',
    'follow',
    'all',
    'no-tail',
    'utc',
    'show-cursor',
    'dmesg',
    'reverse',
    'flush',
    'sync',
    'vacuum-time=',
  ]);
  if (unknown !== undefined) {
    ctx.err(`journalctl: unrecognized option '${unknown}'\n`);
    return 1;
  }
  const wanted = [...(options.get('u') ?? []), ...(options.get('unit') ?? [])].map(canonical);
  const since = value('since', 'S');
  const until = value('until', 'U');
  const from = since === undefined ? undefined : timeOf(host, since);
  const to = until === undefined ? undefined : timeOf(host, until);
  if ((since !== undefined && from === undefined) || (until !== undefined && to === undefined)) {
    ctx.err(`Failed to parse timestamp: ${since ?? until}\n`);
    return 1;
  }
  const cursorOf = (entry: SystemJournalEntry): string =>
    `s=lab;i=${host.journal.entries.indexOf(entry).toString(16)};b=${entry.bootId.replaceAll('-', '')}`;
  const after = value('after-cursor');
  const afterIndex = after === undefined ? -1 : Number.parseInt(/i=([0-9a-f]+)/.exec(after)?.[1] ?? '-1', 16);
  const boots = [...new Set(host.journal.entries.map((entry) => entry.bootId))];
  const offset = has('b', 'boot') ? value('b', 'boot') || '0' : undefined;
  const boot = offset === undefined ? undefined : bootAt(boots, offset);
  if (offset !== undefined && boot === undefined) {
    ctx.err(`Failed to look up boot ${offset}: Cannot assign requested address\n`);
    return 1;
  }
  const pick = (entry: SystemJournalEntry, index: number): boolean =>
    index > afterIndex &&
    (wanted.length === 0 || (entry.unit !== undefined && wanted.includes(entry.unit))) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at <= to) &&
    (boot === undefined || entry.bootId === boot) &&
    (value('t', 'identifier') === undefined || entry.identifier === value('t', 'identifier')) &&
    operands.every((match) => match !== '_TRANSPORT=kernel' || entry.identifier === 'kernel') &&
    (value('p', 'priority') === undefined || entry.priority <= priority(value('p', 'priority') ?? '7'));
  let found = host.journal.entries.filter(pick);
  const lines = value('n', 'lines');
  if (lines !== undefined && lines !== 'all') found = found.slice(-Number(lines || 10));
  if (has('r', 'reverse')) found.reverse();
  const mode = value('o', 'output') ?? 'short';
  const plain = mode === 'json' || mode === 'cat' || mode === 'export';
  const [first] = host.journal.entries;
  if (!has('q', 'quiet') && !plain && first) {
    const stamp = '%a %F %T UTC';
    ctx.out(
      `-- Logs begin at ${formatDate(new Date(first.at), stamp)}, end at ${formatDate(new Date(host.journal.entries.at(-1)?.at ?? first.at), stamp)}. --\n`,
    );
  }
  if (found.length === 0 && !has('q', 'quiet') && !plain) ctx.out('-- No entries --\n');
  let previous: string | undefined;
  for (const entry of found) {
    if (previous !== undefined && previous !== entry.bootId && !plain) ctx.out('-- Reboot --\n');
    previous = entry.bootId;
    if (mode === 'cat') ctx.out(`${entry.message}\n`);
    else if (mode === 'json') ctx.out(`${asJson(host, entry, cursorOf(entry))}\n`);
    else ctx.out(`${shortLine(host, entry, mode === 'short-iso' ? '%FT%T+0000' : undefined)}\n`);
  }
  const last = found.at(-1);
  if (has('show-cursor') && last) ctx.out(`-- cursor: ${cursorOf(last)}\n`);
  if (!has('f', 'follow')) return 0;
  for (let seen = host.journal.entries.length; ; ) {
    await ctx.sleep(1);
    for (const entry of host.journal.entries.slice(seen))
      if (pick(entry, Number.MAX_SAFE_INTEGER)) ctx.out(`${mode === 'cat' ? entry.message : shortLine(host, entry)}\n`);
    seen = host.journal.entries.length;
  }
};

function priority(text: string): number {
  const names = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
  return names.includes(text) ? names.indexOf(text) : Number(text);
}
