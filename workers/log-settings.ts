/** What a worker's log tells and how; without the SDK, so that the command line may know it, too. */
import type { LogLevel } from '@temporalio/worker';

export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const satisfies readonly LogLevel[];
export const LOG_FORMATS = ['json', 'text'] as const;

export interface LogSettings {
  readonly level: (typeof LOG_LEVELS)[number];
  /** json: one object per line, for collectors. text: the same for people. */
  readonly format: (typeof LOG_FORMATS)[number];
}

/**
 * `RUNBOOK_LOG_LEVEL` and `RUNBOOK_LOG_FORMAT`; without them INFO, as text on a terminal and as JSON elsewhere.
 * @throws Error with a sentence for anything else
 */
export function logSettings(env: NodeJS.ProcessEnv, terminal: boolean): LogSettings {
  const level = env.RUNBOOK_LOG_LEVEL?.toUpperCase() || 'INFO';
  const format = env.RUNBOOK_LOG_FORMAT?.toLowerCase() || (terminal ? 'text' : 'json');
  return {
    level: oneOf('RUNBOOK_LOG_LEVEL', level, LOG_LEVELS),
    format: oneOf('RUNBOOK_LOG_FORMAT', format, LOG_FORMATS),
  };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`${name} is ${value}, but must be one of ${allowed.join(', ')}.`);
  return found;
}
