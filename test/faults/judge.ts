import type { StatusView } from '../../workflows/contract.ts';
import type { JournalEntry } from '../support/lab-control.ts';
import type { End, RunHandle } from '../support/run.ts';
import { isWayOut, type Kind } from './kinds.ts';
import type { Lane } from './lane.ts';
import { butForHaVms, butForReboot, differences, forgottenSecrets, whenCalm } from './outcome.ts';
import type { Point } from './points.ts';
import type { Reference } from './reference.ts';
import type { Once } from './stories/story.ts';
import { whatCameOf, withinLimit } from './wait.ts';
import { judgeWayOut } from './way-out.ts';

export interface Closing {
  readonly lane: Lane;
  readonly kind: Kind;
  readonly points: readonly Point[];
  readonly run: RunHandle;
  readonly end: End;
  /** The journal's last entry before the run. */
  readonly since: number;
  readonly reference: Reference;
}

/** How often an operator looks again after a reboot, once the datacentre is calm. */
const RETRIES = 3;

/** Everything that is not as it must be. */
export async function judge(closing: Closing): Promise<string[]> {
  const { lane, kind, reference } = closing;
  if (isWayOut(kind)) return judgeWayOut(closing);
  const { end, problems } = await answered(closing);
  if (end.type === 'parked' && reference.story.rebootIsForPeople && kind === 'host-reboot') {
    return [...(await doubled(closing, end)), ...(await forgotten(closing))];
  }
  const stopped = end.type === 'parked' || end.type === 'failed';
  if (stopped && kind === 'host-reboot' && reference.story.rebootTold?.test(end.message) === true) {
    return [...problems, ...(await doubled(closing, end)), ...(await forgotten(closing))];
  }
  if (end.type !== 'succeeded') return [...problems, `ended ${end.type}: ${end.message}`];
  const said = (end.report?.remains ?? []).map(({ what }) => what);
  const asked = lane.operator?.problems(end.report?.decisions ?? []) ?? [];
  // A reboot may change what is to be done: people are asked about the new plan then.
  const again = kind === 'host-reboot' ? [] : differences(reference.asked, lane.operator?.asked ?? []);
  const remains = differences(reference.remains, said).map((difference) => `remains: ${difference}`);
  const butFor = reference.story.placesEngineVm ? butForHaVms : butForReboot;
  const seen = kind === 'host-reboot' ? butFor : undefined;
  const state = (await whenCalm(lane, reference.after, { seen })).map((difference) => `state: ${difference}`);
  return [
    ...[...problems, ...asked, ...again.map((difference) => `asked: ${difference}`)],
    ...[...(await doubled(closing, end)), ...remains, ...state, ...(await forgotten(closing))],
  ];
}

/** A run that a reboot has parked has to say why; where nothing is lost with the boot, a retry brings it to its end. */
async function answered({ kind, run, end, reference }: Closing): Promise<{ end: End; problems: string[] }> {
  if (end.type !== 'parked' || kind !== 'host-reboot') return { end, problems: [] };
  if (reference.story.rebootIsForPeople) {
    const told = /reboot/i.test(end.message);
    return { end, problems: told ? [] : [`parked without a word about the reboot: ${end.message}`] };
  }
  let last = end;
  for (let tries = 0; tries < RETRIES && last.type === 'parked'; tries += 1) {
    const { waiting } = await run.waitingFor('parked');
    // What a reboot takes away again of steps that are done, a retry with an input brings back: it begins anew.
    await run.decide({ ...waiting?.answer, ...(tries > 0 && { input: {} }), by: 'the fault loop' });
    last = await withinLimit(whatCameOf(run, waiting), 'the run came to no end after a retry');
  }
  return { end: last, problems: [] };
}

/** What must not happen twice has happened as often as the run says that it tried it. */
async function doubled({ lane, kind, run, since, reference: { story } }: Closing, end: End): Promise<string[]> {
  const { once } = story;
  if (once === undefined) return [];
  const seen = (await lane.stack.control.journal(since)).filter((entry) => isDone(entry, once)).length;
  const tried = attempts(end.report ?? (await run.status()), once.step);
  // What a reboot brings about may be what the step wanted.
  const fine = kind === 'host-reboot' && !story.rebootIsForPeople ? seen <= tried : seen === tried;
  return fine ? [] : [`${once.step} was done ${seen} times in ${tried} attempts`];
}

function isDone({ kind, text, stdin = '', exit, status }: JournalEntry, once: Once): boolean {
  if (!once.seen.test(text)) return false;
  if (once.stdin !== undefined) return kind === 'command' && exit !== undefined && once.stdin.test(stdin);
  return kind === 'process' || (kind === 'request' && status !== undefined && status < 300);
}

function attempts({ steps }: StatusView, wished: Once['step']): number {
  const own = steps.filter(({ id }) => (typeof wished === 'string' ? id === wished : wished.test(id)));
  return own.reduce((sum, step) => sum + step.attempts, 0);
}

async function forgotten({ lane, reference: { story } }: Closing): Promise<string[]> {
  return (await forgottenSecrets(lane, story.host)).map((file) => `a password was left in ${file}`);
}
