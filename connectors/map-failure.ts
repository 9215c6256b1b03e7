/** The way from any error to what Temporal keeps in a history: by the failure table, without secrets or stacks. */
import { ApplicationFailure, ApplicationFailureCategory, TemporalFailure } from '@temporalio/common';
import { RequestError } from 'got';
import * as z from 'zod';
import { type JsonObject, type JsonValue, OperatorError } from '../failures/operator-error.ts';
import { FAILURES, type FailureType } from '../failures/table.ts';
import { httpFailure } from './http-errors.ts';
import { redact } from './secrets.ts';

/** Histories and the UI take a few kilobytes well; more belongs in an artifact. */
const LONGEST_MESSAGE = 4_000;

/**
 * Failures of Temporal's own, such as a cancellation, come back as they are. Everything else becomes an
 * `ApplicationFailure` whose type stands in the failure table; what no rule foresees is a `Bug`.
 */
export function toApplicationFailure(error: unknown): TemporalFailure {
  if (error instanceof TemporalFailure) return error;
  const { type, message, details } = classify(error);
  const failure = ApplicationFailure.create({
    type,
    message: shorten(redact(message)),
    nonRetryable: !FAILURES[type].retry,
    ...(details !== undefined && { details: [redactDeep(details)] }),
    ...(type === 'NotYet' && { category: ApplicationFailureCategory.BENIGN }),
  });
  // The converter would send it along; it tells operators nothing, and paths of the worker to everybody.
  failure.stack = '';
  return failure;
}

interface Classified {
  readonly type: FailureType;
  readonly message: string;
  readonly details?: JsonObject | undefined;
}

function classify(error: unknown): Classified {
  if (error instanceof OperatorError) return error;
  if (error instanceof z.ZodError) return invalidInput(error);
  if (error instanceof RequestError) return httpFailure(error, error.options?.url?.toString() ?? 'the engine');
  if (error instanceof Error) return sshFailure(error) ?? { type: 'Bug', message: `${error.name}: ${error.message}` };
  return { type: 'Bug', message: `something that is not an error was thrown: ${String(error)}` };
}

function invalidInput(error: z.ZodError): Classified {
  const issues = error.issues.map((issue) => ({ field: issue.path.join('.'), problem: issue.message }));
  return { type: 'InvalidInput', message: z.prettifyError(error), details: { issues } };
}

/** ssh2 and node-ssh mark their errors by a level or a code; those that the SSH connector has not explained. */
const SSH_LEVELS: Readonly<Record<string, FailureType>> = {
  'client-socket': 'HostUnreachable',
  'client-timeout': 'HostUnreachable',
  'client-dns': 'HostUnreachable',
  protocol: 'HostUnreachable',
  'sftp-protocol': 'HostUnreachable',
  'client-authentication': 'AccessDenied',
  agent: 'AccessDenied',
  handshake: 'HostKeyMismatch',
};

function sshFailure(error: Error & { level?: unknown; code?: unknown }): Classified | undefined {
  const known = typeof error.level === 'string' ? SSH_LEVELS[error.level] : undefined;
  const type = known ?? (error.constructor.name === 'SSHError' ? 'HostUnreachable' : undefined);
  return type && { type, message: `SSH: ${error.message}` };
}

function redactDeep(value: JsonValue): JsonValue {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(redactDeep);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDeep(item)]));
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function shorten(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  return `${message.slice(0, LONGEST_MESSAGE / 2)}\n[…]\n${message.slice(-LONGEST_MESSAGE / 2)}`;
}
