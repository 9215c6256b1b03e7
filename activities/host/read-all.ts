import { commandLine } from '../../connectors/quote.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { HostShell } from '../runtime/host-shell.ts';

/** One read: a program with its arguments, or a few lines of Bash. */
export type Read = readonly string[] | string | LimitedRead;

/** A read of something that can hang: a daemon, a mirror, a path to a LUN. */
export interface LimitedRead {
  readonly read: readonly string[] | string;
  readonly seconds: number;
  /** No answer is an answer too; otherwise the whole look is tried again. */
  readonly silenceIsAnswer: boolean;
}

export interface ReadResult {
  readonly code: number;
  /** Standard output and error as they came: many answers stand in the error stream (`firewall-cmd --state`). */
  readonly text: string;
}

const MARK = '=~= ovirt-runbooks';
/** What `timeout` answers with. */
const TIMED_OUT = 124;
const LIMIT_SECONDS = 60;

export function limited(read: readonly string[] | string, seconds = LIMIT_SECONDS): LimitedRead {
  return { read, seconds, silenceIsAnswer: false };
}

export function answeredOrNot(read: readonly string[] | string, seconds = LIMIT_SECONDS): LimitedRead {
  return { read, seconds, silenceIsAnswer: true };
}

/**
 * Gathers several facts in one round trip; a read that cannot run answers 127 and its sentence. None has any input.
 * @throws NotYet when a limited read gave no answer: silence of libvirt does not mean that there is no VM
 */
export async function readAll<Keys extends string>(
  shell: HostShell,
  reads: Readonly<Record<Keys, Read>>,
): Promise<Record<Keys, ReadResult>> {
  const keys = Object.keys(reads) as Keys[];
  const { stdout } = await shell.readScript(keys.map((key) => section(key, reads[key])).join('\n'));
  const found = new Map<string, ReadResult>();
  let begin = 0;
  for (const mark of stdout.matchAll(new RegExp(`\\n?^${MARK} (\\S+) (\\d+)$\\n?`, 'gm'))) {
    const [whole, key = '', code = ''] = mark;
    found.set(key, { code: Number(code), text: stdout.slice(begin, mark.index) });
    begin = mark.index + whole.length;
  }
  return Object.fromEntries(keys.map((key) => [key, answer(shell.name, reads[key], found.get(key))])) as Record<
    Keys,
    ReadResult
  >;
}

function answer(host: string, read: Read, result: ReadResult | undefined): ReadResult {
  if (result === undefined) {
    throw new OperatorError('NotYet', `${host}: the host broke off before it had answered ${words(read)}`);
  }
  if (!isLimited(read) || result.code !== TIMED_OUT) return result;
  if (read.silenceIsAnswer) return { code: TIMED_OUT, text: `no answer within ${read.seconds} seconds\n` };
  throw new OperatorError('NotYet', `${host}: no answer within ${read.seconds} seconds from ${words(read)}`);
}

function isLimited(read: Read): read is LimitedRead {
  return typeof read === 'object' && 'read' in read;
}

function words(read: Read): string {
  const inner = isLimited(read) ? read.read : read;
  return typeof inner === 'string' ? inner : inner.join(' ');
}

function section(key: string, read: Read): string {
  const inner = isLimited(read) ? read.read : read;
  const argv = typeof inner === 'string' ? ['bash', '-c', inner] : inner;
  const line = commandLine(isLimited(read) ? ['timeout', `${read.seconds}`, ...argv] : argv);
  return `${line} </dev/null 2>&1; printf '\\n${MARK} %s %s\\n' ${key} $?`;
}
