import {
  ApplicationFailure,
  CancelledFailure,
  DefaultFailureConverter,
  DefaultPayloadConverter,
} from '@temporalio/common';
import got from 'got';
import { SSHError } from 'node-ssh';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { toApplicationFailure } from '../../../connectors/map-failure.ts';
import { registerSecret } from '../../../connectors/redaction.ts';
import { OperatorError } from '../../../failures/operator-error.ts';
import { FAILURE_TYPES, FAILURES } from '../../../failures/table.ts';

const SECRET = 'correct horse';
registerSecret(SECRET);

function map(error: unknown): ApplicationFailure {
  const failure = toApplicationFailure(error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  return failure as ApplicationFailure;
}

async function thrown(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('toApplicationFailure', () => {
  it.each(FAILURE_TYPES)('keeps %s with the retry of the table', (type) => {
    const failure = map(new OperatorError(type, 'tried: world said', { details: { host: 'host1' } }));
    expect(failure).toMatchObject({ type, message: 'tried: world said', details: [{ host: 'host1' }] });
    expect(failure.nonRetryable).toBe(!FAILURES[type].retry);
    expect(failure.category).toBe(type === 'NotYet' ? 'BENIGN' : undefined);
  });

  it('masks secrets in message and details, and sends neither stack nor cause', () => {
    const cause = new Error(`inner ${SECRET}`);
    const error = new OperatorError('CommandFailed', `echo ${SECRET}: no`, {
      details: { lines: [SECRET, { deep: `x${SECRET}y` }], code: 1, none: null },
      cause,
    });
    const sent = new DefaultFailureConverter().errorToFailure(map(error), new DefaultPayloadConverter());
    expect(sent.message).toBe('echo [secret]: no');
    expect(sent.stackTrace).toBe('');
    expect(sent.cause ?? undefined).toBeUndefined();
    const payload = sent.applicationFailureInfo?.details?.payloads?.[0]?.data;
    expect(JSON.parse(Buffer.from(payload ?? []).toString())).toEqual({
      lines: ['[secret]', { deep: 'x[secret]y' }],
      code: 1,
      none: null,
    });
  });

  it('tells refused input field by field', () => {
    const { error } = z.strictObject({ host: z.string(), count: z.int() }).safeParse({ host: 1, count: 1.5 });
    const failure = map(error);
    expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    expect(failure.details).toMatchObject([{ issues: [{ field: 'host' }, { field: 'count' }] }]);
  });

  it('tells an HTTP error without its options, which hold headers', async () => {
    const error = await thrown(
      got('http://127.0.0.1:1/api', { retry: { limit: 0 }, headers: { authorization: 'Bearer abcdefgh' } }),
    );
    const failure = map(error);
    expect(failure).toMatchObject({ type: 'EngineUnreachable', nonRetryable: false });
    expect(JSON.stringify(failure)).not.toContain('abcdefgh');
  });

  it.each([
    [Object.assign(new Error('connect ECONNREFUSED'), { level: 'client-socket' }), 'HostUnreachable'],
    [Object.assign(new Error('Keepalive timeout'), { level: 'client-timeout' }), 'HostUnreachable'],
    [
      Object.assign(new Error('All configured authentication methods failed'), { level: 'client-authentication' }),
      'AccessDenied',
    ],
    [Object.assign(new Error('Host denied (verification failed)'), { level: 'handshake' }), 'HostKeyMismatch'],
    [new SSHError('No response from server', 'ETIMEDOUT'), 'HostUnreachable'],
  ])('knows ssh errors: %s', (error, type) => {
    expect(map(error).type).toBe(type);
  });

  it('calls what no rule foresees a Bug, which the policy may try again', () => {
    expect(map(new TypeError(`x of ${SECRET}`))).toMatchObject({
      type: 'Bug',
      message: 'TypeError: x of [secret]',
      nonRetryable: false,
    });
    expect(map('text')).toMatchObject({ type: 'Bug', message: 'something that is not an error was thrown: text' });
  });

  it('shortens what is too long for a history', () => {
    const message = `begin${'x'.repeat(100_000)}end`;
    const short = map(new OperatorError('CommandFailed', message)).message;
    expect(short.length).toBeLessThan(4100);
    expect(short.startsWith('begin')).toBe(true);
    expect(short.endsWith('end')).toBe(true);
  });

  it('leaves a cancellation a cancellation', () => {
    const cancelled = new CancelledFailure('cancelled');
    expect(toApplicationFailure(cancelled)).toBe(cancelled);
  });
});
