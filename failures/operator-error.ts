/** The error that connectors and activities throw when they know what went wrong in the operator's terms. */
import { FAILURES, type FailureType } from './table.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export interface OperatorErrorOptions {
  /** Facts for the operator; ends in the history, so never a secret. */
  readonly details?: JsonObject;
  readonly cause?: unknown;
}

export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly type: FailureType;
  readonly details: JsonObject | undefined;

  /** `message` reads `<what was tried>: <what the world said>`, in sentences for an operator. */
  constructor(type: FailureType, message: string, options: OperatorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.type = type;
    this.details = options.details;
  }

  get retryable(): boolean {
    return FAILURES[this.type].retry;
  }
}
