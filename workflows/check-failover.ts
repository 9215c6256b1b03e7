import type { FailoverSeat } from '../activities/failover/params.ts';
import { checkFailover as definition } from '../runbooks/check-failover.ts';
import type { Report } from './contract.ts';
import { moveEngineThereAndBack, moveThereAndBack } from './procedures/move-there-and-back.ts';
import { proveEngineRestart } from './procedures/prove-engine-restart.ts';
import { proveRestart } from './procedures/prove-restart.ts';
import { operations, type Run, runbook } from './runtime/index.ts';

/**
 * Finds what would keep VMs from being restarted when a host fails, then proves that they can move, on request by a real
 * outage. Leaves every VM where it was, every host up. (article, section 14)
 */
export async function checkFailover(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { vm, engineVm = true, migrate = true, destructive = [] } = run.input;
    if (engineVm) {
      const first = run.site.hosts.find(({ role }) => role === 'hostedEngine');
      await run.inspect('Check the hosted engine', operations.inspectHostedEngine({ host: first?.name ?? '' }));
    }
    const seen = await run.preflight(
      'Look whether everything is there for a failover',
      operations.surveyFailover({ vm, engineVm, ...(destructive.length > 0 && { cut: destructive }) }),
    );
    const { vm: seat, engine, engineOutage } = seen;
    if (migrate && vm !== undefined && seat !== undefined) {
      await offered(run, `Migrate ${vm} to another host and back`, seat, 'goes on running; its memory is copied', () =>
        moveThereAndBack(run, vm, { known: true, output: seat }),
      );
    }
    if (migrate && engine !== undefined) {
      await offered(run, 'Migrate the engine VM to another host and back', engine, 'pauses for some seconds', () =>
        moveEngineThereAndBack(run, engine),
      );
    }
    if (vm !== undefined && destructive.includes('vm'))
      await proveRestart(run, { name: vm, stays: true }, { known: true, output: seen });
    if (engineOutage !== undefined) await proveEngineRestart(run, engineOutage);
  });
}

/** A no to one proof is none to the others. */
async function offered(
  run: Run,
  title: string,
  { host, others: [to = ''] }: FailoverSeat,
  meanwhile: string,
  prove: () => Promise<void>,
): Promise<void> {
  const wanted = await run.offer(title, {
    show: { From: host, To: to, 'The VM': meanwhile },
    otherwise: 'it stays where it is, and that it can move is not proven',
  });
  await run.when(wanted, (yes) => yes, 'nobody wanted it', prove);
}
