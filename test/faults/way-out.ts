import type { Remainder } from '../../workflows/contract.ts';
import type { End } from '../support/run.ts';
import type { Closing } from './judge.ts';
import { judgeLeft } from './left-behind.ts';
import { whenCalm } from './outcome.ts';
import type { Leftover } from './stories/story.ts';
import { whatCameOf, withinLimit } from './wait.ts';

/** Whether a run that people ended took back what it did, or says what of it remains. */
export async function judgeWayOut(closing: Closing): Promise<string[]> {
  switch (closing.kind) {
    case 'cancel':
    case 'cancel-worker-kill':
      return judgeUndone(closing, closing.end, 'cancelled');
    case 'rollback':
      return judgeUndone(closing, await rolledBack(closing), 'rolledBack');
    default:
      return judgeLeft(closing);
  }
}

/** The step that was made to fail has parked the run: the operator chooses to roll back. */
async function rolledBack({ run, end }: Closing): Promise<End> {
  if (end.type !== 'parked') return end;
  const { waiting } = await run.waitingFor('parked');
  await run.decide({ step: waiting?.id, verb: 'rollback', by: 'the fault loop' });
  return withinLimit(whatCameOf(run, waiting), 'the rollback came to no end');
}

/** As before the run; or each difference is named by something that remains, and nothing is named that does not. */
async function judgeUndone({ lane, run, reference, points }: Closing, end: End, wished: string): Promise<string[]> {
  if (end.type !== wished && end.type !== 'partlyRolledBack') return [`ended ${end.type}: ${end.message}`];
  const { remains } = await run.record();
  const { story, before } = reference;
  const untold = (found: readonly string[]) => found.filter((line) => !isTold(line, remains, story.undone ?? []));
  const left = await whenCalm(lane, before, { may: (found) => untold(found).length === 0 });
  // A long change that was stopped has done as much as nobody can tell.
  const stopped = points.some(({ type }) => /\.(start|follow)$/.test(type));
  const seen = remains.filter(({ what }) => story.beyond?.test(what) !== true);
  const invented = left.length === 0 && !stopped ? seen : [];
  const silent = untold(left);
  return [
    ...silent.map((difference) => `not told: ${difference}`),
    ...(silent.length === 0 ? [] : remains.map(({ what }) => `told: ${what}`)),
    ...invented.map(({ what }) => `said to remain, although all is as before: ${what}`),
  ];
}

function isTold(difference: string, remains: readonly Remainder[], leftovers: readonly Leftover[]): boolean {
  const told = remains.map(({ what, byHand }) => `${what} ${byHand}`).join('\n');
  return leftovers.some((leftover) => leftover.where.test(difference) && leftover.told.test(told));
}
