import { OperatorError } from '../../failures/operator-error.ts';
import type { StepRef } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { type AnyOperation, hostOf, type Params } from './decide.ts';
import { Unit } from './unit.ts';
import { unitPlace } from './unit-name.ts';
import { pollInterval, wait } from './waiting.ts';

export interface StopResult {
  readonly evidence: readonly string[];
}

/** Above systemd's own stop time-out of 90 s, after which it kills. */
const PATIENCE_MS = 150_000;

/**
 * Stops the unit of a step and returns when none of its processes lives and nothing secret of it is left; the undo
 * begins only then. Nothing to stop is fine.
 */
export async function stop(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  step: StepRef,
): Promise<StopResult> {
  const host = hostOf(context, params);
  const unit = new Unit(host, unitPlace(operation.name, step));
  const { place } = unit;
  const before = await unit.look();
  await unit.stop();
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const living = [...((await unit.look()).running ? [`unit ${place.unit}`] : []), ...(await processes(unit))];
    if (living.length === 0) break;
    if (performance.now() > until) {
      throw new OperatorError(
        'OutcomeUnknown',
        `stopping ${place.unit} on ${host.name}: ${living.join(', ')} still lives`,
      );
    }
    context.progress(`waiting for the end of ${living.join(', ')} on ${host.name}`);
    await wait(pollInterval(context.scale, 100, 1000), context.signal);
  }
  await unit.runAlways();
  await unit.forget();
  if (before.running)
    return { evidence: [`stopped ${place.unit} on ${host.name}; its output is in ${place.log} there`] };
  const state = before.exit === undefined ? 'was not running' : `had ended with exit code ${before.exit.code}`;
  return { evidence: [`${place.unit} on ${host.name} ${state}: nothing to stop`] };
}

/** Processes of the script by their command line: what systemd no longer counts may still run. */
async function processes(unit: Unit): Promise<string[]> {
  // The brackets keep the pattern from finding the shell and sudo that carry it.
  const pattern = unit.place.script.replace('/ovirt-', '/[o]virt-');
  const { stdout } = await unit.host.read(['pgrep', '-f', pattern]);
  return stdout
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .map((pid) => `process ${pid}`);
}
