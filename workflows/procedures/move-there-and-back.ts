import type { FailoverSeat } from '../../activities/failover/params.ts';
import type { OperationCall } from '../../activities/operation.ts';
import type { Owned } from '../../runbooks/owned-states.ts';
import { operations, type Result, type Run } from '../runtime/index.ts';

/**
 * Migrates a VM to another host and back: it has proven then that it can move. On every way out in between it goes back.
 * (article, section 14)
 */
export async function moveThereAndBack(run: Run, name: string, seat: Result<FailoverSeat>): Promise<void> {
  const { host = '', others: [to = ''] = [] } = seat.known ? seat.output : {};
  const move = (target: string) => operations.migrateVm({ name, to: target, runs: true });
  const away = await leave(run, name, `Migrate ${name} to another host`, move(to), [seat]);
  await run.step(`Migrate ${name} back`, move(host), { typical: '3 minutes', needs: [away], releases: awayFrom(name) });
}

/** The same for the VM of the engine, which answers after each of the two from where it is then. */
export async function moveEngineThereAndBack(run: Run, { host, others: [to = ''] }: FailoverSeat): Promise<void> {
  const move = (target: string) => operations.migrateEngineVm({ host: target });
  const serves = (target: string, needs: readonly Result<unknown>[]) =>
    run.check(`Wait until the engine answers from ${target}`, operations.awaitHostedEngine({ host: target }), {
      typical: '2 minutes',
      needs,
    });
  const name = 'the engine VM';
  const away = await leave(run, name, `Migrate the engine VM to ${to}`, move(to), []);
  const there = await serves(to, [away]);
  const back = await run.step(`Migrate the engine VM back to ${host}`, move(host), {
    typical: '3 minutes',
    needs: [away, there],
    releases: awayFrom(name),
  });
  await serves(host, [back]);
}

const leave = (
  run: Run,
  name: string,
  title: string,
  call: OperationCall<undefined>,
  needs: readonly Result<unknown>[],
): Promise<Result<unknown>> =>
  run.step(title, call, { typical: '3 minutes', undoTypical: '3 minutes', needs, owns: awayFrom(name) });

const awayFrom = (target: string): Owned => ({ kind: 'movedVm', target });
