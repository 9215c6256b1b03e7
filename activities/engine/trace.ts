import type { EngineEvent } from '../../connectors/engine/model/event.ts';
import type { OperationContext } from '../operation.ts';

/** What the engine's audit log tells of this step. */
export interface Trace {
  /** A request of this step has reached the engine. */
  readonly begun: boolean;
  /** This step's events, and from its first one on all those of the object, and starts of the engine. Oldest first. */
  readonly events: readonly Pick<EngineEvent, 'index' | 'code' | 'severity' | 'description'>[];
}

/** AuditLogType VDC_START: what the engine did behind its answers has ended before it. */
export const ENGINE_STARTED = 1;

/**
 * Reads the events that carry this step's correlation id. What the engine notices by itself afterwards carries none, so
 * from the first of them on every event of the host or VM counts too.
 */
export async function readTrace(context: OperationContext, about: { host?: string; vm?: string } = {}): Promise<Trace> {
  const engine = context.engine();
  const own = await engine.events({ correlationId: engine.correlationId });
  const first = own[0];
  if (first === undefined) return { begun: false, events: [] };
  const since = await engine.events({ since: first.index });
  const concerned = since.filter(
    ({ code, correlation_id, host, vm }) =>
      code === ENGINE_STARTED ||
      correlation_id === engine.correlationId ||
      (about.host !== undefined && host?.id === about.host) ||
      (about.vm !== undefined && vm?.id === about.vm),
  );
  const events = [first, ...concerned].map(({ index, code, severity, description }) => ({
    index,
    code,
    severity,
    description,
  }));
  return { begun: true, events };
}

/** The newest line of the trace, for progress. */
export function newest({ events }: Trace): string | undefined {
  return events.at(-1)?.description;
}

/** Told of every new host, because power management comes later. */
const NO_POWER_MANAGEMENT = 9000;

/** The lines that tell what went wrong; the newest ones where nothing says so. */
export function lines({ events }: Trace): string[] {
  const bad = events.filter(({ severity, code }) => severity !== 'normal' && code !== NO_POWER_MANAGEMENT);
  return (bad.length > 0 ? bad : events).slice(-12).map(({ description }) => description);
}
