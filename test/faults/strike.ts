import { nameFor } from '../../scripts/kept-code.mjs';
import type { RunHandle } from '../support/run.ts';
import type { Kind } from './kinds.ts';
import type { Lane } from './lane.ts';
import { IMAGES, isAt, isChange, type Point, type SeenCommand } from './points.ts';
import { exactly, Stepper } from './stepper.ts';
import type { Story } from './stories/index.ts';

/** Every SSH command of ours begins so. */
const ANY_COMMAND = '^LC_ALL=C';
/** How many requests meet a web server with no engine behind it, or a lock. */
const FOR_A_WHILE = 3;
/** What the engine says while somebody else's operation has the object. (AppErrors: ACTION_TYPE_FAILED_OBJECT_LOCKED) */
const LOCKED = {
  reason: 'Operation Failed',
  detail: '[Cannot perform the action. Related operation is currently in progress. Please try again later.]',
};

/** Said for a reason that nobody knows. */
const REFUSED = { reason: 'Operation Failed', detail: '[Internal Engine Error]' };
const FAILS = { kind: 'exit', exit: 1, stderr: 'something unforeseen\n' };

function refusalOf(target: string) {
  if (target === 'engine') return { kind: 'http', status: 400, ...answerOf(REFUSED) };
  return target === IMAGES ? { kind: 'http', status: 400, body: 'something unforeseen' } : FAILS;
}

function answerOf(fault: object) {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) };
}

/** What goes wrong and where: at exactly these points of one run, in their order. */
export interface Blow {
  readonly kind: Kind;
  readonly points: readonly Point[];
}

/** For each point what tells this blow there from every other one, in all runs of the loop. */
export function idsOf({ name }: Story, { kind, points }: Blow): string[] {
  return points.map(({ activity, target, side, which, changes, essence }) =>
    // What an activity sends first may be another command in another run.
    nameFor(name, kind, activity, target, side, which, String(changes), which === 'first' ? '' : essence),
  );
}

/** Starts a run, tells it, and interrupts it; returns when nothing is held any more. */
export async function strike(
  lane: Lane,
  story: Story,
  { kind, points }: Blow,
  started: (run: RunHandle) => void,
): Promise<void> {
  const [first] = points;
  if (first?.side === 'during') return strikeDuring(lane, story, { kind, point: first }, started);
  if (first?.side === 'asked') return strikeWhileAsked(lane, story, { kind, point: first }, started);
  const stepper = await Stepper.arm(lane.stack.control, story.targets);
  try {
    const run = await lane.start(story);
    started(run);
    for (const point of points) await strikeAt({ lane, story, stepper, run }, kind, point);
  } finally {
    await stepper.disarm();
  }
}

interface Stage {
  readonly lane: Lane;
  readonly story: Story;
  readonly stepper: Stepper;
  readonly run: RunHandle;
}

async function strikeAt(stage: Stage, kind: Kind, point: Point): Promise<void> {
  const { lane, story, stepper, run } = stage;
  const held = await stepper.to(run, isAt(point));
  const host = ['engine', IMAGES].includes(held.target) ? story.host : held.target;
  if (await spoil(lane, kind, held)) return stepper.go();
  if (point.side === 'before') {
    await interrupt(stage, kind, host);
    await stepper.go();
  } else {
    const answer = await stepper.answer(held);
    await interrupt(stage, kind, host);
    await lane.stack.control.release(answer);
  }
  if (kind === 'cancel-worker-kill') await killAfterEachChange(stage);
}

/**
 * Until the run has closed, the worker dies whenever something has been changed and it does not know so yet; once for
 * each change, because a step of several begins with the same one again.
 */
async function killAfterEachChange(stage: Stage): Promise<void> {
  const { lane, stepper, run } = stage;
  const struck = new Set<string>();
  for (let held = await stepper.next(run); held !== undefined; held = await stepper.next(run)) {
    const change = `${held.activity} ${held.target} ${held.text}`;
    if (!isChange(held) || struck.has(change)) {
      await stepper.go();
      continue;
    }
    struck.add(change);
    const answer = await stepper.answer(held);
    await interrupt(stage, 'worker-kill', held.target);
    await lane.stack.control.release(answer);
  }
}

/** What meets the held command itself; false where the kind is another one. */
async function spoil({ stack: { control } }: Lane, kind: Kind, { target, text }: SeenCommand): Promise<boolean> {
  const match = exactly(text);
  switch (kind) {
    case 'ssh-drop-before':
    case 'imageio-drop-before':
    case 'engine-drop-before':
      await control.fault({ target, kind: 'drop-before', match });
      return true;
    case 'ssh-drop-after':
    case 'imageio-drop-after':
    case 'engine-drop-after':
      await control.fault({ target, kind: 'drop-after', match });
      return true;
    case 'engine-503':
      await control.fault({ target: 'engine', kind: 'http', status: 503, match: '/ovirt-engine/', times: FOR_A_WHILE });
      return true;
    case 'engine-409': {
      const fault = { target: 'engine', kind: 'http', status: 409, ...answerOf(LOCKED) };
      await control.fault({ ...fault, match, times: FOR_A_WHILE });
      return true;
    }
    case 'engine-session-lost':
      await control.fault({ target: 'engine', kind: 'token-expired', match: '/ovirt-engine/api' });
      return true;
    case 'rollback': {
      // As often as the step tries it, until it parks.
      const refused = refusalOf(target);
      await control.fault({ target, match, times: 1000, ...refused });
      return true;
    }
    default:
      return false;
  }
}

/** While a stage of the deployment is held as it begins. */
async function strikeDuring(
  lane: Lane,
  story: Story,
  { kind, point: { target, essence } }: { kind: Kind; point: Point },
  started: (run: RunHandle) => void,
): Promise<void> {
  const { control } = lane.stack;
  const since = await control.now();
  // A worker that starts on a busy machine takes hours of the lab's time, and the deployment may take only two.
  const freeze = kind === 'worker-kill' || kind === 'temporal-restart';
  const held = await control.fault({ target, kind: 'hold-before', match: `--tags=${essence} .*\\(pid`, freeze });
  try {
    const run = await lane.start(story);
    started(run);
    await control.awaitEntry(since, (entry) => entry.kind === 'fault' && entry.text.startsWith('hold-before'));
    if (kind === 'ssh-drop-before') await control.fault({ target, kind: 'drop-before', match: ANY_COMMAND });
    else if (kind === 'ssh-drop-after') await control.fault({ target, kind: 'drop-after', match: ANY_COMMAND });
    else await interrupt({ lane, run }, kind, target);
  } finally {
    await control.release(held);
  }
}

/** While a question waits for its answer, which comes when the blow has been dealt. */
async function strikeWhileAsked(
  lane: Lane,
  story: Story,
  { kind, point: { target, essence } }: { kind: Kind; point: Point },
  started: (run: RunHandle) => void,
): Promise<void> {
  const run = await lane.start(story, essence);
  started(run);
  await lane.operator?.hesitates();
  await interrupt({ lane, run }, kind, target);
  lane.operator?.goOn();
}

/** What happens while the command is held. */
async function interrupt({ lane, run }: Pick<Stage, 'lane' | 'run'>, kind: Kind, host: string): Promise<void> {
  const { worker, control } = lane.stack;
  switch (kind) {
    case 'worker-kill':
      await worker.kill9();
      return worker.start();
    case 'temporal-restart':
      return lane.restartTemporal();
    case 'host-reboot':
      await control.fault({ target: host, kind: 'reboot' });
      return;
    case 'imageio-restart':
      await control.event({ target: host, action: 'imageio-kill' });
      return;
    case 'engine-restart':
      await control.fault({ target: 'engine', kind: 'restart' });
      return;
    case 'cancel':
    case 'cancel-worker-kill':
      await run.handle.cancel();
      return;
    case 'terminate':
      await run.handle.terminate('ended by hand');
      return;
    default:
      throw new Error(`${kind} happens to a command, not while one is held`);
  }
}
