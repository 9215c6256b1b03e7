import { quote } from '../../connectors/quote.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { parseUptime } from './patience.ts';
import type { UnitPlace } from './unit-name.ts';
import { COMMAND_MARK } from './unit-script.ts';

/** How a script recorded its end: the exit code, and the signal if one ended it. */
export interface UnitExit {
  readonly code: number;
  readonly signal?: string;
}

/** What one look at a unit and its files shows. */
export interface UnitLook {
  readonly bootId: string;
  /** The boot in which the script was put into place; absent: never. */
  readonly marker?: string;
  readonly exit?: UnitExit;
  /** Bytes that the log has; absent: the script never ran. */
  readonly logSize?: number;
  /** A process of the unit may be at work. */
  readonly running: boolean;
  /** How long its process has been running, by the host's clock since the boot; absent: it never ran in this boot. */
  readonly runsForSeconds?: number;
  readonly commands: readonly string[];
  /** The log from the asked byte on. */
  readonly chunk: Buffer;
}

/** At most this much of the log travels with one look. */
export const CHUNK_BYTES = 64 * 1024;
const MICROSECONDS = 1_000_000;

/**
 * Reads all there is to know in one exec. The order matters: the unit before the exit code, because a script records
 * its code before its unit ends, so `ended` and `no code` together are no race; the code before the log, so that the
 * log seen with a code is whole. Base64, because a chunk may end within a character.
 */
export function lookScript(
  place: UnitPlace,
  from: { readonly byte: number; readonly bytes?: number } | 'no log',
): string {
  const file = (name: string) => quote(`${place.directory}/${name}`);
  const lines = [
    'echo "boot=$(cat /proc/sys/kernel/random/boot_id)"',
    `systemctl show ${place.unit}.service -p LoadState,ActiveState,SubState,ExecMainStartTimestampMonotonic`,
    'echo "uptime=$(cat /proc/uptime)"',
    `echo "marker=$(cat ${file('boot_id')} 2>/dev/null)"`,
    `echo "rc=$(cat ${file('rc')} 2>/dev/null)"`,
    `echo "log=$(stat -c %s ${file('log')} 2>/dev/null)"`,
  ];
  if (from === 'no log') {
    lines.push(`sed -n ${quote(`s/^${COMMAND_MARK}/command=/p`)} ${file('script')} 2>/dev/null`, 'echo chunk=');
  } else {
    const bytes = from.bytes ?? CHUNK_BYTES;
    lines.push('echo chunk=', `tail -c +${from.byte + 1} ${file('log')} 2>/dev/null | head -c ${bytes} | base64`);
  }
  return `${lines.join('\n')}\ntrue`;
}

export function parseLook(host: string, place: UnitPlace, output: string): UnitLook {
  const [head = '', tail] = split(output, 'chunk=\n');
  const values = new Map<string, string>();
  const commands: string[] = [];
  for (const line of head.split('\n')) {
    const [key, value] = split(line, '=');
    if (value === undefined) continue;
    if (key === 'command') commands.push(String(JSON.parse(value)));
    else values.set(key, value.trim());
  }
  const bootId = values.get('boot') ?? '';
  const load = values.get('LoadState');
  if (tail === undefined || bootId === '' || load === undefined) {
    throw new OperatorError(
      'UnexpectedOutput',
      `looking at unit ${place.unit} on ${host}: the answer is not understood`,
      {
        details: { sample: output.slice(0, 500) },
      },
    );
  }
  const marker = values.get('marker');
  const exit = parseExit(values.get('rc') ?? '');
  const size = values.get('log');
  const startedAt = Number(values.get('ExecMainStartTimestampMonotonic') ?? 0) / MICROSECONDS;
  const uptime = parseUptime(values.get('uptime') ?? '');
  return {
    bootId,
    ...(marker && { marker }),
    ...(exit && { exit }),
    ...(size && { logSize: Number(size) }),
    // A missing unit shows like a well-ended one but for LoadState; one kept by `-r` is active (exited).
    running:
      load === 'loaded' &&
      !['inactive', 'failed'].includes(values.get('ActiveState') ?? 'inactive') &&
      values.get('SubState') !== 'exited',
    ...(startedAt > 0 && uptime !== undefined && { runsForSeconds: uptime - startedAt }),
    commands,
    chunk: Buffer.from(tail, 'base64'),
  };
}

function parseExit(text: string): UnitExit | undefined {
  const match = /^(\d+)(?: ([A-Z]+))?$/.exec(text);
  if (match === null) return undefined;
  return { code: Number(match[1]), ...(match[2] && { signal: match[2] }) };
}

function split(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
