import { readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { workflowCode } from '../../workers/workflow-code.ts';
import { PROJECT } from '../support/child.ts';
import { textsOf } from '../support/leaks.ts';
import { CODE_HOME } from '../support/shared-code.ts';
import { STORIES } from './stories.ts';

// A replay that must fail says so at length.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
});

let workflowBundle: { codePath: string };
beforeAll(async () => {
  workflowBundle = { codePath: (await workflowCode(CODE_HOME)).path };
});

/** The recorded run's own: its children are called after it. */
function idOf({ events }: ReturnType<typeof historyFromJSON>): string {
  return events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
}

const historyOf = (name: string) => readFileSync(new URL(`histories/${name}.json`, import.meta.url), 'utf8');

describe.each(STORIES)('the recorded run "$name"', ({ name, end }) => {
  const recorded = () => historyOf(name);

  test("replays through today's workflows", async () => {
    const history = historyFromJSON(JSON.parse(recorded()));
    await Worker.runReplayHistory({ workflowBundle }, history, idOf(history));
  });

  test('is one that a changed order of steps could not replay', async () => {
    const history = historyFromJSON(JSON.parse(recorded()));
    const begun = (history.events ?? []).flatMap(
      ({
        activityTaskScheduledEventAttributes: activity,
        startChildWorkflowExecutionInitiatedEventAttributes: child,
      }) => activity?.activityType ?? child?.workflowType ?? [],
    );
    expect(begun.length).toBeGreaterThan(5);
    const other = begun[5];
    if (other) other.name = 'somethingElse.check';
    await expect(Worker.runReplayHistory({ workflowBundle }, history, idOf(history))).rejects.toThrow(
      /Nondeterminism error/,
    );
  });

  test('ends as its story tells, and holds nothing of the machine that recorded it', () => {
    const history = historyFromJSON(JSON.parse(recorded()));
    const last = history.events?.at(-1);
    const failure = last?.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.type;
    const ended = last?.workflowExecutionCompletedEventAttributes
      ? 'succeeded'
      : last?.workflowExecutionCanceledEventAttributes
        ? 'cancelled'
        : failure;
    expect(ended).toBe(end);
    const paths = textsOf(history).filter((text) => /\/tmp\/ovirt-|\/node_modules\/|\/workflows\/runtime\//.test(text));
    expect([...paths, ...textsOf(history).filter((text) => text.includes(PROJECT))]).toEqual([]);
  });
});

test('a run whose preflight did not tell of iSCSI and NFS yet goes on', async () => {
  let dropped = 0;
  const old = historyOf('domain-attached').replaceAll(/"data":"([^"]+)"/g, (payload, data: string) => {
    const text = Buffer.from(data, 'base64').toString('utf8');
    if (!text.includes('"logins"')) return payload;
    dropped += 1;
    const { output, ...rest } = JSON.parse(text);
    const { logins: _logins, beside: _beside, ...told } = output;
    return `"data":"${Buffer.from(JSON.stringify({ ...rest, output: told })).toString('base64')}"`;
  });
  // Once in the plan, once in the run.
  expect(dropped).toBe(2);
  const history = historyFromJSON(JSON.parse(old));
  await Worker.runReplayHistory({ workflowBundle }, history, idOf(history));
});
