import { DefaultLogger, type LogEntry, type Logger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { redact } from '../connectors/secrets.ts';
import type { LogSettings } from './log-settings.ts';

/** One line per entry on stderr, without secrets: ids of workflow, run and step are fields of their own. */
export function lineLogger(
  { level, format }: LogSettings = { level: 'INFO', format: 'json' },
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  const line = format === 'json' ? jsonLine : textLine;
  return new DefaultLogger(level, (entry) => write(`${redact(line(entry))}\n`));
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

function jsonLine(entry: LogEntry): string {
  const { level, message } = entry;
  return JSON.stringify({ level: level.toLowerCase(), time: timeOf(entry), msg: message, ...fieldsOf(entry) }, plain);
}

/** `2026-11-25T16:56:02.333Z INFO  message  host=host1 stepId="install EPEL"` */
function textLine(entry: LogEntry): string {
  const fields = Object.entries(fieldsOf(entry)).flatMap(([name, value]) => {
    const json = JSON.stringify(value, plain);
    if (json === undefined) return [];
    return [`${name}=${/^"[\w@:./-]+"$/.test(json) ? json.slice(1, -1) : json}`];
  });
  const head = `${timeOf(entry)} ${entry.level.padEnd(5)} ${redact(entry.message).replaceAll('\n', ' ')}`;
  return [head, ...(fields.length > 0 ? [fields.join(' ')] : [])].join('  ');
}

function timeOf({ timestampNanos }: LogEntry): string {
  return new Date(Number(timestampNanos / 1_000_000n)).toISOString();
}

function fieldsOf({ meta }: LogEntry): Record<string, unknown> {
  // Tokens of Temporal help nobody and are long; what a run is called is the same everywhere.
  const { taskToken: _token, isLocal: _local, sdkComponent: _component, workflowRunId, ...fields } = meta ?? {};
  return { ...fields, ...(workflowRunId !== undefined && { runId: workflowRunId }) };
}

/** Values as JSON can have them. Secrets go here, where a text is not yet escaped once more. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'symbol') return value.description;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (!(value instanceof Error)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key), inner]));
  }
  const { name, message, cause } = value;
  const type = 'type' in value ? { type: value.type } : {};
  return { name, message, ...type, ...(cause !== undefined && { cause }) };
}
