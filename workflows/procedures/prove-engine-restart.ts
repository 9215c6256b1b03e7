import type { EngineOutage } from '../../activities/failover/params.ts';
import { outage } from '../../runbooks/owned-states.ts';
import { operations, type Run } from '../runtime/index.ts';
import { saveEngine } from './save-engine.ts';

/**
 * Cuts the power of the host that runs the engine VM by its management controller, from another host, and sees HA start
 * the engine elsewhere. Leaves the host up again with its score, and the engine VM on it. On every way out in between the
 * host is switched on. What is typed to approve is its name. (article, section 14)
 */
export async function proveEngineRestart(
  run: Run,
  { host: target, others, by: host, agent, spm }: EngineOutage,
): Promise<void> {
  const backup = await saveEngine(run, true);
  await run.approval('Cut the power of the host of the engine VM', {
    show: {
      Host: target,
      'Will be done': `${host} switches it off by its controller (${agent}), without a shutdown, and on again when the engine answers`,
      'Goes down with it': 'the engine, until HA has started its VM on another host: some minutes',
      'Could take over': others.join(', '),
      'Backup of the engine': backup,
    },
    typed: target,
  });
  const again = await run.check(
    'Look again whether the host of the engine VM may fail',
    operations.surveyFailover({ engineVm: true, cut: ['engineVm'], host: target }),
  );
  if (spm) {
    await run.step('Hand over the SPM role of the host of the engine VM', operations.handOverSpm({ host: target }), {
      typical: '1 minute',
      needs: [again],
    });
  }
  const before = await run.check(
    'Note the boot and the time before',
    operations.noteBeforeEngineOutage({ host, target }),
    { needs: [again], once: true },
  );
  const { bootId, at } = before.known ? before.output : { bootId: '', at: '' };
  const off = await run.step(
    `Cut the power of ${target} from ${host}`,
    operations.cutHostPower({ host, target, bootId }),
    {
      typical: '1 minute',
      undoTypical: '10 minutes',
      needs: [before],
      owns: outage(target),
    },
  );
  const restarted = await run.check(
    'See the engine VM up on another host',
    operations.seeEngineRestarted({ host, from: target, since: at }),
    { typical: '10 minutes', needs: [off] },
  );
  const on = await run.step(`Switch ${target} on again`, operations.switchHostOn({ host, target }), {
    typical: '10 minutes',
    needs: [off, restarted],
  });
  const fit = await run.check(
    `Check that ${target} takes part in HA again`,
    operations.confirmHaHost({ host: target }),
    {
      typical: '5 minutes',
      needs: [on],
    },
  );
  const home = await run.step(`Bring the engine VM back to ${target}`, operations.migrateEngineVm({ host: target }), {
    typical: '3 minutes',
    needs: [fit],
    releases: outage(target),
  });
  await run.check(`See that the engine answers from ${target}`, operations.awaitHostedEngine({ host: target }), {
    typical: '2 minutes',
    needs: [home],
  });
}
