import { GLOBAL_MAINTENANCE, type Owned, outage, STOPPED_ENGINE_VM, sameOwned } from '../../runbooks/owned-states.ts';
import type { LabControl, LabState } from '../support/lab-control.ts';
import type { Closing } from './judge.ts';
import { withinLimit } from './wait.ts';

/** A worker learns with its next heartbeat that its run is no more. */
const QUIET_SECONDS = 4;

/**
 * A run that was ended from outside undoes nothing: its memo goes on naming what it owned, and the watchdog finds each
 * maintenance, host without power and image transfer that really stands, with the run that brought it about and since when.
 */
export async function judgeLeft({ lane: { stack }, run }: Closing): Promise<string[]> {
  await withinLimit(quiet(stack.control), 'the worker went on');
  const state = await stack.control.state();
  const { owns = [] } = await run.record();
  const left = standing(state);
  const stopped = state.hostedEngine.globalMaintenance && state.hostedEngine.vm?.state !== 'Up';
  const disowned = [...left, ...(stopped ? [STOPPED_ENGINE_VM] : [])]
    .filter((owned) => !owns.some((one) => sameOwned(one, owned)))
    .map(({ kind, target }) => `${kind} of ${target} is left, and the run's memo does not name it`);

  const watch = await withinLimit(
    stack.startWith('findOrphanedStates', {}).then((watchdog) => watchdog.end()),
    'the watchdog came to no end',
  );
  const unseen = left.filter((owned) => {
    const since = owns.find((one) => sameOwned(one, owned))?.since;
    return watch.type !== 'failed' || !watch.message.includes(run.id) || !watch.message.includes(`at ${since}`);
  });
  return [
    ...disowned,
    ...unseen.map(({ kind, target }) => `the watchdog does not tell whose ${kind} of ${target} is: ${watch.message}`),
    ...(left.length === 0 && watch.type !== 'succeeded'
      ? [`nothing is left, but the watchdog says: ${watch.message}`]
      : []),
  ];
}

function standing({ hosts, hostedEngine, engine }: LabState): Owned[] {
  const { imageTransfers = [] } = engine as { imageTransfers?: readonly { disk: string }[] };
  const local = Object.keys(hosts).filter((name) => hosts[name]?.localMaintenance === true);
  const dark = Object.keys(hosts).filter((name) => hosts[name]?.power === 'off');
  return [
    ...(hostedEngine.globalMaintenance ? [GLOBAL_MAINTENANCE] : []),
    ...local.map((target): Owned => ({ kind: 'localMaintenance', target })),
    ...dark.map(outage),
    ...imageTransfers.map(({ disk }): Owned => ({ kind: 'imageTransfer', target: disk })),
  ];
}

/** Returns when nobody has sent anything for a while. */
async function quiet(control: LabControl): Promise<void> {
  let last = await control.now();
  let silentSince = performance.now();
  while (performance.now() - silentSince < QUIET_SECONDS * 1000) {
    const entries = await control.journal(last, 1);
    if (entries.some(({ kind }) => kind === 'command' || kind === 'request')) silentSince = performance.now();
    last = entries.at(-1)?.n ?? last;
  }
}
