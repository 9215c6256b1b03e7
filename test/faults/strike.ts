import type { RunHandle } from '../support/run.ts';
import { HOST, type Lane } from './lane.ts';
import { essence, type Point, polls } from './points.ts';
import type { Reference } from './reference.ts';
import { exactly, isAt, Stepper } from './stepper.ts';

export const KINDS = ['worker-kill', 'ssh-drop-before', 'ssh-drop-after', 'temporal-restart', 'host-reboot'] as const;
export type Kind = (typeof KINDS)[number];

/** Every SSH command of ours begins so. */
const ANY_COMMAND = '^LC_ALL=C';

/** What goes wrong and where: at exactly these points of one run, in their order. */
export interface Blow {
  readonly kind: Kind;
  readonly points: readonly Point[];
}

/** Starts a run and interrupts it; returns when nothing is held any more. */
export async function strike(lane: Lane, { kind, points }: Blow, reference: Reference): Promise<RunHandle> {
  const [first] = points;
  if (first?.side === 'during') return strikeDuring(lane, kind, first);
  if (kind === 'ssh-drop-before' && first !== undefined && isFirst(first, reference)) {
    await lane.stack.control.fault({ target: HOST, kind: 'drop-before', match: ANY_COMMAND });
    return lane.start();
  }
  const stepper = await Stepper.arm(lane.stack.control, HOST);
  try {
    const run = await lane.start();
    for (const point of points) await strikeAt(lane, kind, point, { stepper, run, reference });
    return run;
  } finally {
    await stepper.disarm();
  }
}

interface Stage {
  readonly stepper: Stepper;
  readonly run: RunHandle;
  readonly reference: Reference;
}

async function strikeAt(lane: Lane, kind: Kind, point: Point, { stepper, run, reference }: Stage): Promise<void> {
  const { control } = lane.stack;
  if (kind === 'ssh-drop-before' && point.side === 'before') {
    await stepper.to(run, isAt(previous(point, reference)));
    await control.fault({ target: HOST, kind: 'drop-before', match: ANY_COMMAND });
    return stepper.go();
  }
  const { text } = await stepper.to(run, isAt(point));
  if (kind === 'ssh-drop-before' || kind === 'ssh-drop-after') {
    await control.fault({ target: HOST, kind: 'drop-after', match: exactly(text) });
    return stepper.go();
  }
  if (point.side === 'before') {
    await interrupt(lane, kind);
    return stepper.go();
  }
  const since = await control.now();
  const held = await control.fault({ target: HOST, kind: 'hold-after', match: exactly(text) });
  await stepper.go();
  await control.awaitEntry(since, (entry) => entry.kind === 'fault' && entry.text.startsWith('hold-after'));
  await interrupt(lane, kind);
  await control.release(held);
}

/** While a stage of the deployment is held as it begins. */
async function strikeDuring(lane: Lane, kind: Kind, { text = '' }: Point): Promise<RunHandle> {
  const { control } = lane.stack;
  const since = await control.now();
  // A worker that starts on a busy machine takes hours of the lab's time, and the deployment may take only two.
  const freeze = kind === 'worker-kill' || kind === 'temporal-restart';
  const held = await control.fault({ target: HOST, kind: 'hold-before', match: `--tags=${text} .*\\(pid`, freeze });
  try {
    const run = await lane.start();
    await control.awaitEntry(since, (entry) => entry.kind === 'fault' && entry.text.startsWith('hold-before'));
    if (kind === 'ssh-drop-before') await control.fault({ target: HOST, kind: 'drop-before', match: ANY_COMMAND });
    else if (kind === 'ssh-drop-after') await control.fault({ target: HOST, kind: 'drop-after', match: ANY_COMMAND });
    else await interrupt(lane, kind);
    return run;
  } finally {
    await control.release(held);
  }
}

/** What happens while the command is held. */
async function interrupt(lane: Lane, kind: Exclude<Kind, `ssh-${string}`>): Promise<void> {
  switch (kind) {
    case 'worker-kill':
      await lane.stack.worker.kill9();
      return lane.stack.worker.start();
    case 'temporal-restart':
      return lane.restartTemporal();
    case 'host-reboot':
      await lane.stack.control.fault({ target: HOST, kind: 'reboot' });
  }
}

function isFirst(point: Point, { commands }: Reference): boolean {
  return point.side === 'before' && commands[0]?.activity === point.activity;
}

/** The command before the point: once it is let go, the next one is the point's. */
function previous(point: Point, { commands }: Reference): Point {
  const before = commands[commands.findIndex(isAt(point)) - 1];
  if (before === undefined) throw new Error('nothing comes before the first command');
  const { activity, type, ordinal, text } = before;
  return { activity, type, ordinal, step: '', pass: '', side: 'before', ...(polls(before) && { text: essence(text) }) };
}
