import { type EngineDecision, engineOperation } from '../operation.ts';
import type { PowerCycle } from './params.ts';
import { decideRestart, isPassing, lookAtPower, type PowerFacts } from './restart.ts';

/**
 * Lets the engine switch a host in maintenance off and on by its fence agent, once; done when it answers with another
 * boot id. The engine's quiet times and its first five minutes are waited for. (engine, fence restart)
 */
export const powerCycleHost = engineOperation<PowerCycle, PowerFacts>({
  name: 'powerCycleHost',
  title: ({ host }) => `Switch ${host} off and on by its fence agent`,
  settleSeconds: 1800,
  look: (context, { host }) => lookAtPower(context, host),
  decide: (facts, params): EngineDecision<undefined> =>
    decideRestart(facts, params, {
      from: { status: 'maintenance', fix: 'Put it into maintenance, then retry' },
      isBack: (seen) => !isPassing(seen),
    }),
});
