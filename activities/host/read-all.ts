import { commandLine } from '../../connectors/quote.ts';
import type { HostShell } from '../runtime/host-shell.ts';

/** One read: a program with its arguments, or a few lines of Bash. */
export type Read = readonly string[] | string;

export interface ReadResult {
  readonly code: number;
  /** Standard output and error as they came: many answers stand in the error stream (`firewall-cmd --state`). */
  readonly text: string;
}

const MARK = '=~= ovirt-runbooks';

/**
 * Gathers several facts in one round trip; a read that cannot run answers 127 and its sentence.
 * Each read has no input and its own time limit, so that one that hangs costs its own answer only.
 */
export async function readAll<Keys extends string>(
  shell: HostShell,
  reads: Readonly<Record<Keys, Read>>,
  limitSeconds = 20,
): Promise<Record<Keys, ReadResult>> {
  const keys = Object.keys(reads) as Keys[];
  const script = keys.map((key) => section(key, reads[key], limitSeconds)).join('\n');
  const { stdout } = await shell.readScript(script);
  const found = new Map<string, ReadResult>();
  let begin = 0;
  for (const mark of stdout.matchAll(new RegExp(`\\n?^${MARK} (\\S+) (\\d+)$\\n?`, 'gm'))) {
    const [whole, key = '', code = ''] = mark;
    found.set(key, { code: Number(code), text: stdout.slice(begin, mark.index) });
    begin = mark.index + whole.length;
  }
  return Object.fromEntries(
    keys.map((key) => [key, found.get(key) ?? { code: 127, text: 'the read gave no answer' }]),
  ) as Record<Keys, ReadResult>;
}

function section(key: string, read: Read, limitSeconds: number): string {
  const limited = ['timeout', `${limitSeconds}`];
  const line = commandLine(typeof read === 'string' ? [...limited, 'bash', '-c', read] : [...limited, ...read]);
  return `${line} </dev/null 2>&1; printf '\\n${MARK} %s %s\\n' ${key} $?`;
}
