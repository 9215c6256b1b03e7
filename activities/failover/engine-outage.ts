import type { PowerStatus } from '../../connectors/engine/index.ts';
import type { HostView } from '../engine/hosts.ts';
import { limited, readAll } from '../host/read-all.ts';
import { readHaHosts } from '../hosted-engine/ha/read-host.ts';
import { type EnginePlace, enginePlace } from '../hosted-engine/ha/views.ts';
import { askEngine } from '../hosted-engine/reboot/survey.ts';
import { type Decision, type OperationContext, operation } from '../operation.ts';
import { bootOf, bootOfPatiently, bootWords, unknownBoot } from '../power/boot.ts';
import { askController, controllerWords, switchPower } from '../power/controller.ts';
import { lookPatiently } from '../runtime/look-patiently.ts';
import type { BeforeEngineOutage, CutHostPower, EngineHostPower, SwitchHostOn } from './params.ts';

interface BeforeFacts {
  readonly bootId?: string;
  readonly at: string;
}

/** Notes which boot of the engine's host runs, and the time: what comes after belongs to the outage. */
export const noteBeforeEngineOutage = operation<EngineHostPower, BeforeFacts, BeforeEngineOutage>({
  name: 'noteBeforeEngineOutage',
  title: ({ target }) => `Note what is before the outage of ${target}`,
  async look(context, { host, target }) {
    const [bootId, { at }] = await Promise.all([
      bootOfPatiently(context, target),
      readAll(context.host(host), { at: limited(['date', '+%F %T']) }),
    ]);
    return { at: at.text.trim(), ...(bootId !== undefined && { bootId }) };
  },
  decide({ bootId, at }, { host, target }) {
    if (bootId === undefined) return unknownBoot(target);
    const evidence = [bootWords(target, bootId), `it is ${at} on ${host}`];
    return { state: 'already', changes: [], evidence, output: { bootId, at } };
  },
});

/** A host as its controller tells of it to another one, and what it tells itself. */
interface OutsideFacts {
  readonly power: PowerStatus;
  /** Absent while it does not answer. */
  readonly bootId?: string;
}

async function lookFromOutside(context: OperationContext, { host, target }: EngineHostPower): Promise<OutsideFacts> {
  const [power, bootId] = await Promise.all([askController(context, host, target), bootOf(context, target)]);
  return { power, ...(bootId !== undefined && { bootId }) };
}

const has = (power: PowerStatus, wished: 'on' | 'off'): boolean => 'power' in power && power.power === wished;

const described = ({ host, target }: EngineHostPower, { power, bootId }: OutsideFacts): string[] => [
  controllerWords(host, target, power),
  bootWords(target, bootId),
];

/** A controller that is busy answers a little later, and so does a host that boots. */
const PATIENCE = { seconds: 300, every: 10 };

/**
 * Cuts the power of the host that runs the engine VM by its management controller, from another host: the engine would
 * switch itself off. Done when it is off and silent: a host with another power supply goes on, whatever one controller
 * says of its own. A boot that has ended already is never followed by a second cut. Its undo switches the host on.
 * (fence-agents, -o off)
 */
export const cutHostPower = operation<CutHostPower, OutsideFacts>({
  name: 'cutHostPower',
  title: ({ target }) => `Cut the power of ${target}`,
  settleSeconds: 60,
  look: (context, params) =>
    lookPatiently(
      context,
      PATIENCE,
      () => lookFromOutside(context, params),
      (facts) =>
        (
          facts.bootId === undefined
            ? has(facts.power, 'off')
            : has(facts.power, 'on') || facts.bootId !== params.bootId
        )
          ? undefined
          : `waiting: ${described(params, facts).join(', ')}`,
    ),
  decide(facts, params, context): Decision<undefined> {
    const { target, bootId: before, host } = params;
    const { power, bootId } = facts;
    const changes = [switchPower(context, target, 'off')];
    const evidence = described(params, facts);
    const refuse = (what: string, fix: string): Decision<undefined> => ({
      state: 'refused',
      changes,
      evidence,
      findings: [{ what, fix }],
    });
    if (before === '') return refuse(`which boot of ${target} is to end is not known`, 'Begin the run anew');
    const ended = bootId === undefined ? has(power, 'off') : bootId !== before;
    if (ended) return { state: 'already', changes, evidence };
    if (has(power, 'off')) {
      const goesOn = {
        what: `the power of ${target} is off, says its controller, but ${target} goes on with the same boot: it has another power supply, so there was no outage`,
        fix: 'Roll back: that switches this supply on again; or cut the other one by hand, and retry',
      };
      return { ...refuse(goesOn.what, goesOn.fix), failed: { ...goesOn, lines: evidence } };
    }
    if (!has(power, 'on')) return refuse(controllerWords(host, target, power), 'Look at its controller, then retry');
    if (bootId === undefined) {
      return refuse(`${target} has power, but does not answer: which boot it runs is not known`, 'Look at its console');
    }
    return {
      state: 'wouldDo',
      changes,
      evidence,
      undo: {
        title: `Switch ${target} on again`,
        call: { operation: 'switchHostOn', params: { host, target, tellEngine: true } satisfies SwitchHostOn },
        byHand: `switch ${target} on at its controller`,
      },
    };
  },
});

interface OnFacts extends OutsideFacts {
  readonly place: EnginePlace;
  /** The host as the engine manages it; a sentence where it tells nothing of it. */
  readonly managed: HostView | string;
}

/**
 * Switches a host on again that ran the engine VM, and waits until an engine that HA has started somewhere has it up:
 * before that the engine may restart it once more, for a host that is silent. As an undo it names as what remains where
 * the engine VM runs then. (fence-agents, -o on)
 */
export const switchHostOn = operation<SwitchHostOn, OnFacts>({
  name: 'switchHostOn',
  title: ({ target }) => `Switch ${target} on again`,
  // The host boots, and HA starts the engine where it was not running.
  settleSeconds: 1800,
  async look(context, params) {
    const [power, hosts] = await Promise.all([lookFromOutside(context, params), readHaHosts(context)]);
    const place = enginePlace(hosts);
    const managed = place.healthy === undefined ? 'no engine is healthy' : await askEngine(context, params.target);
    return { ...power, place, managed };
  },
  decide({ place, managed, ...facts }, params, context): Decision<undefined> {
    const { host, target, tellEngine = false } = params;
    const { runsOn } = place;
    const evidence = [
      ...described(params, facts),
      runsOn === undefined ? 'no host runs the engine VM' : `${runsOn} runs the engine VM`,
      typeof managed === 'string' ? managed : `${target} is ${managed.status} in the engine`,
    ];
    const changes = [switchPower(context, target, 'on')];
    if (has(facts.power, 'off')) return { state: 'wouldDo', changes, evidence };
    if (!has(facts.power, 'on') && facts.bootId === undefined) {
      const finding = { what: controllerWords(host, target, facts.power), fix: 'Look at its controller, then retry' };
      return { state: 'refused', changes, evidence, findings: [finding] };
    }
    const up = typeof managed !== 'string' && ['up', 'maintenance'].includes(managed.status);
    if (facts.bootId === undefined || !up) {
      return { state: 'underWay', changes: [], evidence, awaits: evidence.join(', ') };
    }
    const what = `the engine VM runs on ${runsOn}; before the outage it ran on ${target}`;
    const leaves = { what, byHand: `run moveHostedEngine with {"to":"${target}"}` };
    return { state: 'already', changes, evidence, ...(tellEngine && runsOn !== target && { leaves }) };
  },
});
