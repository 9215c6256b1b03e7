import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { PROJECT } from '../support/child.ts';
import { textsOf } from '../support/leaks.ts';
import { STORIES } from './stories.ts';

// A replay that must fail says so at length.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
});

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
});

describe.each(STORIES)('the recorded run "$name"', ({ name, end }) => {
  const recorded = () => readFileSync(new URL(`histories/${name}.json`, import.meta.url), 'utf8');

  test("replays through today's workflows", async () => {
    await Worker.runReplayHistory({ workflowBundle }, historyFromJSON(JSON.parse(recorded())), `recorded-${name}`);
  });

  test('is one that a changed order of steps could not replay', async () => {
    const history = historyFromJSON(JSON.parse(recorded()));
    const scheduled = (history.events ?? []).filter((event) => event.activityTaskScheduledEventAttributes);
    expect(scheduled.length).toBeGreaterThan(10);
    const other = scheduled[5]?.activityTaskScheduledEventAttributes?.activityType;
    if (other) other.name = 'somethingElse.check';
    await expect(Worker.runReplayHistory({ workflowBundle }, history, `changed-${name}`)).rejects.toThrow(
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
