import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../../failures/operator-error.ts';
import { FAILURE_TYPES, FAILURES, isFailureType, NON_RETRYABLE } from '../../../failures/table.ts';

describe('the failure table', () => {
  it.each(FAILURE_TYPES)('says in sentences what %s means and what comes next', (type) => {
    for (const text of [FAILURES[type].meaning, FAILURES[type].next]) expect(text).toMatch(/^[A-Z].+\.$/);
  });

  it('lists for retry policies exactly what is not worth another attempt', () => {
    expect(NON_RETRYABLE).toEqual(
      expect.arrayContaining(['InvalidInput', 'AccessDenied', 'HostKeyMismatch', 'CommandFailed']),
    );
    for (const type of [
      'HostUnreachable',
      'EngineUnreachable',
      'EngineBusy',
      'NotYet',
      'OutcomeUnknown',
      'Bug',
    ] as const) {
      expect(NON_RETRYABLE).not.toContain(type);
    }
  });

  it('recognises its own types only', () => {
    expect(isFailureType('HostUnreachable')).toBe(true);
    expect(isFailureType('toString')).toBe(false);
    expect(isFailureType(undefined)).toBe(false);
  });
});

describe('OperatorError', () => {
  it('carries type, details and cause', () => {
    const cause = new Error('inner');
    const error = new OperatorError('NotYet', 'waited', { details: { state: 'Up' }, cause });
    expect(error).toMatchObject({
      name: 'OperatorError',
      type: 'NotYet',
      retryable: true,
      details: { state: 'Up' },
      cause,
    });
    expect(new OperatorError('InvalidInput', 'no')).toHaveProperty('details', undefined);
  });
});
