import type { EngineEvent } from '../../connectors/engine/model/event.ts';
import type { EngineVm } from '../../connectors/engine/model/vm.ts';
import { hostName } from '../engine/hosts.ts';
import type { HostParams } from '../host/params.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { bootOfPatiently, bootWords, unknownBoot } from '../power/boot.ts';
import { lookPatiently } from '../runtime/look-patiently.ts';
import { type Seat, seatOf, vmInEngine } from '../vm/facts.ts';
import type { BeforeOutage, SeeVmRestarted } from './params.ts';

interface BeforeFacts {
  readonly bootId?: string;
  readonly event: number;
}

/** Notes which boot of a host runs, and up to where the engine's events go: what comes after belongs to the outage. */
export const noteBeforeOutage = engineOperation<HostParams, BeforeFacts, BeforeOutage>({
  name: 'noteBeforeOutage',
  title: ({ host }) => `Note what is before the outage of ${host}`,
  async look(context, { host }) {
    const [bootId, [newest]] = await Promise.all([bootOfPatiently(context, host), context.engine().events({ max: 1 })]);
    return { event: newest?.index ?? 0, ...(bootId !== undefined && { bootId }) };
  },
  decide({ bootId, event }, { host }): EngineDecision<BeforeOutage> {
    if (bootId === undefined) return unknownBoot(host);
    const evidence = [bootWords(host, bootId), `the newest event of the engine is ${event}`];
    return { state: 'already', changes: [], evidence, output: { host, bootId, event } };
  },
});

/** AuditLogType of the engine: what ends a VM with its host, what starts it again, and what gives up. */
const ENDED = [143, 142, 119, 61];
const STARTED = [32, 153];
const TOLD = [...ENDED, ...STARTED, 506, 507, 9602, 9603, 9605];
const GIVEN_UP = 9605;

interface RestartFacts extends Seat {
  readonly vm: EngineVm;
  /** Of the VM since the outage, oldest first. */
  readonly events: readonly EngineEvent[];
}

/** The engine tries for some minutes; where it knows the host dead by a lease alone, it waits for that first. */
const PATIENCE = { seconds: 900, every: 5 };

/**
 * Waits until a VM is up on another host than the one that lost its power, and tells from the engine's events how long it
 * was down. Changes nothing. (article, section 14; engine, HaAutoStartVmsRunner)
 */
export const seeVmRestarted = engineOperation<SeeVmRestarted, RestartFacts>({
  name: 'seeVmRestarted',
  title: ({ name, from }) => `See ${name} up on another host than ${from}`,
  look(context, { name, from, since }) {
    const look = async () => {
      const vm = await vmInEngine(context, name);
      const [seat, events] = await Promise.all([seatOf(context, vm), context.engine().events({ since })]);
      const own = events.filter((event) => event.vm?.id === vm.id && TOLD.includes(event.code));
      return { vm, ...seat, events: own };
    };
    return lookPatiently(context, PATIENCE, look, (facts) =>
      isElsewhere(facts, from) || gaveUp(facts) ? undefined : where(name, facts),
    );
  },
  decide(facts, { name, from }): EngineDecision<undefined> {
    const seconds = downFor(facts.events);
    const evidence = [
      `${where(name, facts)}${seconds === undefined ? '' : `, ${seconds} seconds after it went down with ${from}`}`,
      ...facts.events.map(({ description }) => description),
    ];
    if (isElsewhere(facts, from)) return { state: 'already', changes: [], evidence };
    const what = gaveUp(facts)
      ? `the engine could not restart ${name} and tries no more`
      : `${name} was not restarted on another host: ${where(name, facts)}`;
    const fix = 'Look at its events in the Administration Portal; start it there where the reason is gone, then retry';
    return { state: 'refused', changes: [], evidence, findings: [{ what, fix }] };
  },
});

/** Its old seat is believed until the engine has noticed: only an event of this outage tells that it has. */
const isElsewhere = ({ vm, at, events }: RestartFacts, from: string): boolean =>
  vm.status === 'up' && at !== undefined && hostName(at) !== from && events.some(({ code }) => STARTED.includes(code));

const gaveUp = ({ events }: RestartFacts): boolean => events.some(({ code }) => code === GIVEN_UP);

const where = (name: string, { vm, at }: RestartFacts): string =>
  `${name} is ${vm.status}${at === undefined ? '' : ` on ${hostName(at)}`}`;

/** Between the engine's own events, so by one clock. */
export function downFor(events: readonly Pick<EngineEvent, 'code' | 'time'>[]): number | undefined {
  const down = events.find(({ code }) => ENDED.includes(code))?.time;
  const up = events.findLast(({ code }) => STARTED.includes(code))?.time;
  if (down === undefined || up === undefined) return undefined;
  return Math.round((Date.parse(up) - Date.parse(down)) / 1000);
}
