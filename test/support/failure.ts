import { expect } from 'vitest';
import { OperatorError } from '../../failures/operator-error.ts';

/** What work fails with, which has to be an error made for operators. */
export async function failureOf(work: Promise<unknown>): Promise<OperatorError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OperatorError);
  return error as OperatorError;
}
