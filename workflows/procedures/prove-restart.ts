import type { FailoverSurvey } from '../../activities/failover/params.ts';
import { operations, type Result, type Run } from '../runtime/index.ts';
import { saveEngine } from './save-engine.ts';

interface ProvenVm {
  readonly name: string;
  /** A rollback leaves it: then it is told where it is. */
  readonly stays: boolean;
}

/**
 * Lets the host of a VM lose its power by the engine, and sees the VM up on another one. Leaves the host up again, its HA
 * agent with its score, and the VM where it was. `seen` is what a survey with `cut: ['vm']` has found; what is typed to
 * approve is the name of the host. (article, section 14)
 */
export async function proveRestart(run: Run, { name, stays }: ProvenVm, seen: Result<FailoverSurvey>): Promise<void> {
  const { host = '', others = [], vms = [name] } = (seen.known && seen.output.outage) || {};
  await run.when(
    seen,
    ({ outage }) => outage !== undefined,
    'its host may not fail',
    async () => {
      const backup = await saveEngine(run, true);
      const [to, ...reserve] = others;
      await run.approval(`Cut the power of the host of ${name}`, {
        show: {
          Host: host,
          'Will be done': 'the engine switches it off without a shutdown, and on again',
          'Goes down with it': vms.join(', '),
          'Could take over': to === undefined ? 'nobody' : others.join(', '),
          'Meanwhile in reserve': reserve.join(', ') || 'nobody: a second failure would be an outage',
          'Backup of the engine': backup,
        },
        typed: host,
      });
      await cutPower(run, { name, stays }, host, seen);
    },
  );
}

async function cutPower(
  run: Run,
  { name, stays }: ProvenVm,
  host: string,
  seen: Result<FailoverSurvey>,
): Promise<void> {
  const again = await run.check(
    `Look again whether the host of ${name} may fail`,
    operations.surveyFailover({ vm: name, engineVm: false, cut: ['vm'], host }),
    { needs: [seen] },
  );
  const before = await run.check('Note the boot and the events before', operations.noteBeforeOutage({ host }), {
    needs: [again],
    once: true,
  });
  const { bootId, event } = before.known ? before.output : { bootId: '', event: 0 };
  await run.when(
    seen,
    ({ outage }) => outage?.spm === true,
    'it does not lead its data center',
    async () => {
      await run.step('Hand the SPM role to another host', operations.handOverSpm({ host }), {
        typical: '1 minute',
        needs: [before],
      });
    },
  );
  const fenced = await run.step(
    'Let the engine cut the power and switch it on',
    operations.fenceHost({ host, bootId, ...(stays && { vm: name }) }),
    { typical: '15 minutes', undoTypical: '15 minutes', needs: [before] },
  );
  const restarted = await run.check(
    `See ${name} up on another host`,
    operations.seeVmRestarted({ name, from: host, since: event }),
    { typical: '2 minutes', needs: [fenced] },
  );
  await run.when(
    seen,
    ({ outage }) => outage?.hostedEngine === true,
    'it cannot run the engine VM',
    async () => {
      await run.check('Check that the host takes part in HA again', operations.confirmHaHost({ host }), {
        typical: '5 minutes',
        needs: [fenced],
      });
    },
  );
  await run.step(`Bring ${name} back to its host`, operations.migrateVm({ name, to: host, runs: true }), {
    typical: '3 minutes',
    needs: [restarted],
  });
}
