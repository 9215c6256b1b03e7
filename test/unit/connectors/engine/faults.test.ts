import { describe, expect, it } from 'vitest';
import { document } from '../../../../connectors/engine/faults.ts';
import type { Answer } from '../../../../connectors/engine/transport.ts';
import { OperatorError } from '../../../../failures/operator-error.ts';
import { recordedAnswer } from '../../../support/recorded.ts';

function failure(answer: Answer, change = true): readonly [string, string] {
  try {
    document('POST /x', answer, change);
  } catch (error) {
    if (error instanceof OperatorError) return [error.type, error.message];
    throw error;
  }
  throw new Error('no failure');
}

const action = (detail: string, status = 409): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify({ fault: { detail, reason: 'Operation Failed' }, status: 'failed' }),
});

describe('what a refusal means', () => {
  it.each([
    ['023-no-auth-401', 'AccessDenied', 'the engine accepts no token that it has just issued for this user'],
    ['028-unknown-path-404', 'NotFound', 'the engine has no such object'],
    ['029-unknown-id-404', 'NotFound', 'the engine has no such object'],
    ['032-unknown-id-action', 'PreconditionFailed', 'Cannot activate Host. Invalid Host Id.'],
    ['111-datacenter-bad-name-400', 'PreconditionFailed', /^Data Center name may only contain letters.*\. Attribute: /],
    ['156-cluster-unknown-data-center', 'NotFound', 'Entity not found: Datacenter: name=nothere'],
    ['137-unknown-attribute', 'UnexpectedOutput', /^the engine answered 400: Unrecognized field /],
    ['140-content-type-text', 'UnexpectedOutput', /^the engine answered 415: an empty answer/],
    ['264-host-duplicate-name-409', 'PreconditionFailed', /Host name is already in use/],
    ['270-fence-status-without-agent', 'PreconditionFailed', "Invalid fence agents defined for host 'localhost'."],
    ['293-host-install-while-up-409', 'PreconditionFailed', /Please move Host to Maintenance mode first/],
    ['294-host-activate-while-up-409', 'PreconditionFailed', 'Cannot activate Host. Host in Up status.'],
    ['295-host-activate-empty-body', 'OutcomeUnknown', 'the engine answered 500; it may have been carried out'],
  ])('recorded %s: %s', (name, type, sentence) => {
    const [seen, message] = failure(recordedAnswer(name));
    expect([seen, message.replace('POST /x: ', '')]).toEqual([
      type,
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    ]);
  });

  // AppErrors.properties of engine 4.3; an execution failure (400) may say it too.
  it.each([
    ['[Cannot remove Host. Related operation is currently in progress. Please try again later.]', 409],
    ['[Cannot run VM. VM is locked. Please try again in a few minutes.]', 409],
    ['[Cannot move Disk. The following disks are locked: a. Please try again in a few minutes.]', 400],
    ['[Cannot restart Host. Another Power Management operation is still running, please retry in 100 Sec.]', 409],
    [
      '[Cannot setup Networks. Another Setup Networks or Host Refresh process in progress on the host. Please try later.]',
      409,
    ],
    ['[Cannot stop Host. Fence is disabled due to the Engine Service start up sequence.]', 409],
  ])('comes later: %s', (detail, status) => {
    expect(failure(action(detail, status))[0]).toBe('EngineBusy');
  });

  it('takes the page of a starting engine for its absence, whatever the status', () => {
    const html = (status: number): Answer => ({ status, type: 'text/html', body: '<!DOCTYPE html><html>…' });
    for (const status of [200, 404, 503]) expect(failure(html(status), false)[0]).toBe('EngineUnreachable');
    expect(failure(html(502), false)[0]).toBe('EngineUnreachable');
    expect(failure(html(502), true)[0]).toBe('OutcomeUnknown');
  });

  it.each(['310-host-deactivate', '298-host-refresh', '421-vm-create-from-blank', '102-datacenters-search-none'])(
    'recorded %s is a success',
    (name) => {
      expect(document('POST /x', recordedAnswer(name), true)).toBeTypeOf('object');
    },
  );
});
