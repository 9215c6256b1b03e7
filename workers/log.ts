import {
  DefaultLogger,
  type LogEntry,
  type Logger,
  type LogLevel,
  makeTelemetryFilterString,
  Runtime,
} from '@temporalio/worker';
import { redact } from '../connectors/secrets.ts';

/** One JSON object per line on stderr, without secrets: ids of workflow, run and step are fields of their own. */
export function jsonLogger(
  level: LogLevel = 'INFO',
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  return new DefaultLogger(level, (entry) => write(`${redact(JSON.stringify(record(entry), plain))}\n`));
}

/** Makes the SDK log as we do; once per process, before anything else of the SDK is used. */
export function installRuntime(logger: Logger): void {
  Runtime.install({
    logger,
    // Signals are ours: what the SDK does with them would end follows only after the whole grace time.
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
}

function record({ level, message, meta, timestampNanos }: LogEntry): object {
  // Tokens of Temporal help nobody and are long.
  const { taskToken: _taskToken, ...fields } = meta ?? {};
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  return { level: level.toLowerCase(), time, msg: message, ...fields };
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'symbol') return value.description;
  if (!(value instanceof Error)) return value;
  const { name, message, cause } = value;
  const type = 'type' in value ? { type: value.type } : {};
  return { name, message, ...type, ...(cause !== undefined && { cause }) };
}
