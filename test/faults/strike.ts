import type { RunHandle } from '../support/run.ts';
import { HOST, type Lane } from './lane.ts';
import type { Point, SeenCommand } from './points.ts';
import type { Reference } from './reference.ts';
import { exactly, isAt, like, Stepper } from './stepper.ts';

export const KINDS = ['worker-kill', 'ssh-drop-before', 'ssh-drop-after', 'temporal-restart', 'host-reboot'] as const;
export type Kind = (typeof KINDS)[number];

/** Starts a run and interrupts it once, at exactly that point; returns when nothing is held any more. */
export async function strike(lane: Lane, kind: Kind, point: Point, reference: Reference): Promise<RunHandle> {
  if (point.side === 'during') return strikeDuring(lane, kind, point);
  if (kind === 'ssh-drop-before' && point.side === 'before') return dropBefore(lane, point, reference.commands);
  const { control } = lane.stack;
  const stepper = await Stepper.arm(control, HOST);
  try {
    const run = await lane.start();
    const { text } = await stepper.to(run, isAt(point));
    if (point.side === 'before') {
      await interrupt(lane, kind, text);
      return run;
    }
    const since = await control.now();
    if (kind === 'ssh-drop-before' || kind === 'ssh-drop-after') {
      await control.fault({ target: HOST, kind: 'drop-after', match: exactly(text) });
      return run;
    }
    const after = await control.fault({ target: HOST, kind: 'hold-after', match: exactly(text) });
    await stepper.disarm();
    await control.awaitEntry(since, (entry) => entry.kind === 'fault' && entry.text.startsWith('hold-after'));
    await interrupt(lane, kind, text);
    await control.release(after);
    return run;
  } finally {
    await stepper.disarm();
  }
}

async function strikeDuring(lane: Lane, kind: Kind, { text = '' }: Point): Promise<RunHandle> {
  const { control } = lane.stack;
  const since = await control.now();
  const held = await control.fault({ target: HOST, kind: 'hold-before', match: like(text) });
  try {
    const run = await lane.start();
    await control.awaitEntry(since, (entry) => entry.kind === 'fault' && entry.text.startsWith('hold-before'));
    if (kind === 'ssh-drop-before' || kind === 'ssh-drop-after') {
      await control.fault({ target: HOST, kind: kind.slice('ssh-'.length), match: '^LC_ALL=C' });
    } else await interrupt(lane, kind, '');
    return run;
  } finally {
    await control.release(held);
  }
}

/** The connection is lost as the command comes: what precedes it is let through, then the next one meets the drop. */
async function dropBefore(lane: Lane, point: Point, commands: readonly SeenCommand[]): Promise<RunHandle> {
  const { control } = lane.stack;
  const at = commands.findIndex(isAt(point));
  const previous = commands[at - 1];
  const drop = () => control.fault({ target: HOST, kind: 'drop-before', match: '^LC_ALL=C' });
  if (previous === undefined) {
    await drop();
    return lane.start();
  }
  const stepper = await Stepper.arm(control, HOST);
  try {
    const run = await lane.start();
    await stepper.to(run, ({ activity, ordinal }) => activity === previous.activity && ordinal === previous.ordinal);
    await drop();
    return run;
  } finally {
    await stepper.disarm();
  }
}

/** What happens while the command is held. */
async function interrupt(lane: Lane, kind: Kind, text: string): Promise<void> {
  switch (kind) {
    case 'worker-kill':
      await lane.stack.worker.kill9();
      await lane.stack.worker.start();
      return;
    case 'temporal-restart':
      await lane.restartTemporal();
      return;
    case 'host-reboot':
      await lane.stack.control.fault({ target: HOST, kind: 'reboot' });
      return;
    case 'ssh-drop-before':
    case 'ssh-drop-after':
      await lane.stack.control.fault({ target: HOST, kind: 'drop-after', match: exactly(text) });
  }
}
