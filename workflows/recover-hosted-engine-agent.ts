import { recoverHostedEngineAgent as definition } from '../runbooks/recover-hosted-engine-agent.ts';
import type { Report } from './contract.ts';
import { operations, type Result, type Run, runbook } from './runtime/index.ts';

/**
 * Brings the HA agent of a host back and leaves an engine that answers. Global maintenance stays as it is found; sanlock
 * and vdsmd are started, never restarted. (article, section 4.3)
 */
export async function recoverHostedEngineAgent(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { host } = run.input;
    await run.preflight('Look at the HA agent', operations.checkHaAgent({ host }));

    const agent = await recoverAgent(run, host);

    const where = 'Find out who runs the engine VM';
    const vm = await run.check(where, operations.findEngineVm({ host }), { typical: '1 minute', needs: [agent] });
    await run.when(
      vm,
      ({ start }) => start,
      'a host runs the engine VM, or HA starts it',
      async () => {
        await run.approval('Start the engine VM', {
          show: {
            Host: host,
            Why: 'no host runs the engine VM, and global maintenance keeps HA from starting it',
            'Will be run': 'hosted-engine --vm-start',
          },
        });
        await run.step('Start the engine VM', operations.startEngineVm({ host }), { typical: '1 minute' });
      },
    );

    // A plan must not wait for an engine that is still to be started.
    const runs: Result<unknown> = vm.known && vm.output.runsOn === undefined ? { known: false, until: where } : vm;
    await run.check('Wait until the engine answers', operations.awaitHostedEngine({ host }), {
      typical: '10 minutes',
      needs: [agent, runs],
    });
  });
}

/** Brings broker and agent back; the order matters: no agent without its broker, no broker without vdsm and the storage. */
export async function recoverAgent(run: Run, host: string): Promise<Result<unknown>> {
  await run.step('Start sanlock and vdsmd', operations.startHaFoundation({ host }), { typical: '1 minute' });
  return run.step('Connect the storage and restart broker and agent', operations.recoverHaAgent({ host }), {
    typical: '3 minutes',
  });
}
