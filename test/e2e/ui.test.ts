/** The stock Temporal UI in a real browser, over the real worker and the lab: start, approve, and every mistake an operator makes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishCatalog } from '../../cli/schedules/catalog.ts';
import type { Session } from '../../cli/temporal.ts';
import type { Report } from '../../workflows/contract.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress, temporalUi } from '../support/temporal.ts';
import { TemporalUi } from '../support/temporal-ui.ts';
import { TemporalUiSchedules } from '../support/temporal-ui-schedules.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let ui: TemporalUi;
beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), speed: 600 });
  ui = await TemporalUi.open(temporalUi(), stack.client.options.namespace);
});
afterAll(async () => {
  await Promise.allSettled([ui?.close(), stack?.close()]);
});

function run(id: string): RunHandle {
  return new RunHandle(stack.client.workflow.getHandle(id));
}

function start(id: string, input: unknown, type = 'deployHostedEngine'): Promise<void> {
  return ui.start({ id, type, taskQueue: TASK_QUEUE, input });
}

describe('from the stock Temporal UI', () => {
  test('a run is started, refuses an early approval, is approved by update, and succeeds', {
    timeout: 180_000,
  }, async () => {
    const held = await stack.control.fault({ target: 'host1', kind: 'hold-before', match: 'multipath' });
    await start('ui-deploy', { host: 'host1' });
    const early = { approval: 'deploy-the-hosted-engine', plan: '00000000', verdict: 'approve', by: 'ann' };
    expect(await ui.decide('ui-deploy', early)).toContain(
      'Refused: approval: the run does not wait for "deploy-the-hosted-engine"; nothing is asked at the moment, the run is planning.',
    );
    await stack.control.release(held);
    await run('ui-deploy').waitingFor('approval');
    await ui.openRun('ui-deploy');
    const offer = await ui.offer();
    expect(offer).toMatch(/^Deploy the hosted engine \(approve, reject\): \{/);
    const answer = JSON.parse(offer.slice(offer.indexOf('{'))) as object;
    expect(await ui.decide('ui-deploy', { ...answer, by: 'ann' })).toBe('accepted');
    const { type, report } = await run('ui-deploy').end();
    expect(type).toBe('succeeded');
    expect((report as Report).decisions).toMatchObject([{ by: 'ann', what: 'approved: Deploy the hosted engine' }]);
  });

  test('a wrong field fails at once with the sentence that helps', async () => {
    await start('ui-wrong-field', { hots: 'host1' });
    const { type, message } = await run('ui-wrong-field').end();
    expect(type).toBe('InvalidInput');
    expect(message).toContain('hots: unknown field. Did you mean "host"?');
    expect(await ui.reads('ui-wrong-field', 'unknown field')).toContain('Example input for deployHostedEngine');
  });

  test('a misspelt type fails at once with the names that exist', async () => {
    await start('ui-misspelt', { host: 'host1' }, 'deployHostedEngin');
    expect((await run('ui-misspelt').end()).type).toBe('UnknownRunbook');
    expect(await ui.reads('ui-misspelt', 'There is no runbook')).toContain('Known, with an example input');
  });

  test('a schedule is created, paused and triggered; what it starts is a run in its window', {
    timeout: 120_000,
  }, async () => {
    const schedules = new TemporalUiSchedules(ui);
    const id = 'ui-window';
    const input = { host: 'host1', mode: 'plan', window: { length: '2h' } };
    await schedules.create({ id, type: 'deployHostedEngine', taskQueue: TASK_QUEUE, input, cron: '0 3 1 1 *' });
    const handle = stack.client.schedule.getHandle(id);
    const { spec, action } = await handle.describe();
    expect([spec.calendars?.[0]?.comment, action.args]).toEqual(['0 3 1 1 *', [input]]);
    await schedules.pause(id, 'year-end freeze');
    expect((await handle.describe()).state).toMatchObject({
      paused: true,
      note: expect.stringContaining('year-end freeze'),
    });
    await schedules.trigger(id);
    const { type, report } = await (await firedBy(id)).end();
    expect([type, (report as Report).input]).toEqual(['succeeded', input]);
    expect(await schedules.reads(id)).toContain('year-end freeze');
  });

  test('a runbook of the catalogue is started by its trigger, and its page says what it does', {
    timeout: 120_000,
  }, async () => {
    const settings = { ui: temporalUi(), namespace: stack.client.options.namespace } as Session['settings'];
    await publishCatalog({ client: stack.client, settings } as Session);
    const schedules = new TemporalUiSchedules(ui);
    const id = 'runbook/deployHostedEngine';
    expect(await schedules.reads(id)).toContain('Deploy the hosted engine. Installs the oVirt engine');
    await schedules.trigger(id);
    const started = await firedBy(id);
    expect((await started.status()).runbook).toBe('deployHostedEngine');
    await started.handle.terminate('the test is over');
    expect((await stack.client.schedule.getHandle(id).describe()).state.paused).toBe(true);
  });
});

/** The first run that a schedule started; the test's own time-out bounds the wait. */
async function firedBy(id: string): Promise<RunHandle> {
  const fired = async () => (await stack.client.schedule.getHandle(id).describe()).info.recentActions;
  await until(async () => (await fired()).length > 0, 100_000);
  const [first] = await fired();
  return run(first?.action.workflow.workflowId ?? '');
}
