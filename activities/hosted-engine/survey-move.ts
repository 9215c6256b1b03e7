import { OperatorError } from '../../failures/operator-error.ts';
import { findEngineVmInEngine } from '../engine/migrate.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { fittestOthers, unfitness, unfitOthers } from './ha/fitness.ts';
import { type HaHost, readHaHosts } from './ha/read-host.ts';
import { enginePlace } from './ha/views.ts';
import { Verdict } from './preflight/checks.ts';

export interface SurveyMove {
  /** Host that is to run the engine VM; default: the fittest other one. */
  readonly to?: string | undefined;
}

export interface MoveSurvey {
  readonly from: string;
  readonly to: string;
  /** `restart`: the engine does not answer, so it cannot migrate its own VM. */
  readonly way: 'migrate' | 'restart';
  /** Why the engine cannot be asked. */
  readonly engineAway?: string;
}

interface MoveFacts {
  readonly hosts: readonly HaHost[];
  readonly engineAway?: string;
}

/** Finds out who runs the engine VM, who could, and whether the engine itself can move it; changes nothing. */
export const surveyMove = engineOperation<SurveyMove, MoveFacts, MoveSurvey>({
  name: 'surveyMove',
  title: () => 'Look at the engine VM and the hosts that can run it',
  async look(context) {
    const [hosts, engineAway] = await Promise.all([readHaHosts(context), askEngine(context)]);
    return { hosts, ...(engineAway !== undefined && { engineAway }) };
  },
  decide({ hosts, engineAway }, { to: wished }): EngineDecision<MoveSurvey> {
    const verdict = new Verdict();
    const { domains, runsOn } = enginePlace(hosts);
    const from = hosts.find(({ name }) => name === runsOn)?.name;
    verdict.demand(
      from !== undefined,
      'no host of the inventory is known to run the engine VM, so there is nothing to move',
      'Run verifyHostedEngine; recoverHostedEngineAgent brings a dead agent back and starts the engine VM',
    );
    verdict.demand(
      domains.length < 2,
      `more than one host claims the engine VM: ${domains.join(', ')}`,
      'Start nothing; look at virsh -r list and sanlock client status on these hosts',
    );
    if (from !== undefined) verdict.seen(`${from} runs the engine VM`);
    verdict.seen(engineAway === undefined ? 'the engine answers' : `the engine does not answer: ${engineAway}`);
    const to = wished ?? fittestOthers(from, hosts)[0];
    const target = hosts.find(({ name }) => name === to);
    if (to === undefined) {
      verdict.demand(
        false,
        `no other host could run the engine VM: ${unfitOthers(from ?? '', hosts).join('; ') || 'there is none'}`,
        'Add one with addHostedEngineHost, or bring the named ones back into service',
      );
    } else if (target === undefined) {
      const names = hosts.map(({ name }) => name).join(', ');
      verdict.demand(
        false,
        `${to} is no host with role hostedEngine in the inventory; there are ${names}`,
        'Correct the input to',
      );
    } else if (to !== from) {
      const why = unfitness(target, hosts);
      verdict.demand(why === undefined, `${to} ${why}`, 'Bring it back into service, or choose another host');
      verdict.seen(`${to} could run the engine VM`);
    }
    const { evidence, findings } = verdict;
    if (findings.length > 0 || from === undefined || to === undefined) {
      return { state: 'refused', changes: [], evidence, findings };
    }
    const way = engineAway === undefined ? ('migrate' as const) : ('restart' as const);
    const output = { from, to, way, ...(engineAway !== undefined && { engineAway }) };
    return { state: 'already', changes: [], evidence, output };
  },
});

/** Undefined when the engine can be asked to move its VM, else why not. */
async function askEngine(context: OperationContext): Promise<string | undefined> {
  try {
    await findEngineVmInEngine(context);
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError && error.type === 'EngineUnreachable') return error.message;
    throw error;
  }
}
