import { IMAGES, type Point } from './points.ts';
import type { Story } from './stories/index.ts';

/** What the world does to a run. */
export const FAULTS = [
  'worker-kill',
  'ssh-drop-before',
  'ssh-drop-after',
  'imageio-drop-before',
  'imageio-drop-after',
  'imageio-restart',
  'engine-drop-before',
  'engine-drop-after',
  'engine-503',
  'engine-409',
  'engine-session-lost',
  'engine-restart',
  'temporal-restart',
  'host-reboot',
] as const;

/** What people do to it. */
export const WAYS_OUT = ['cancel', 'cancel-worker-kill', 'rollback', 'terminate'] as const;

export const KINDS = [...FAULTS, ...WAYS_OUT] as const;
export type Kind = (typeof KINDS)[number];
export type WayOut = (typeof WAYS_OUT)[number];

/** Whether the run goes on as before, so that it can be struck again. */
export function isPassing(kind: Kind): boolean {
  return !isWayOut(kind) && kind !== 'host-reboot';
}

export function isWayOut(kind: Kind): kind is WayOut {
  return WAYS_OUT.some((way) => way === kind);
}

/** Whether there is something to strike in this way at the point. */
export function suits(kind: Kind, { side, change, target, pass }: Point, { targets, undone }: Story): boolean {
  if (side === 'asked' && /^ssh-/.test(kind)) return false;
  const atEngine = target === 'engine';
  const atImages = target === IMAGES;
  const atHost = !atEngine && !atImages;
  switch (kind) {
    case 'worker-kill':
    case 'temporal-restart':
    case 'host-reboot':
      return true;
    case 'ssh-drop-before':
      return atHost && side !== 'after';
    case 'ssh-drop-after':
      return atHost && side !== 'before';
    case 'imageio-drop-before':
      return atImages && side === 'before';
    case 'imageio-drop-after':
      return atImages && side === 'after';
    case 'imageio-restart':
      return atImages;
    case 'engine-drop-before':
    case 'engine-503':
    case 'engine-session-lost':
      return atEngine && side === 'before';
    case 'engine-drop-after':
      return atEngine && side === 'after';
    case 'engine-409':
      return atEngine && side === 'before' && change;
    case 'engine-restart':
      return targets.includes('engine');
    case 'cancel':
    case 'cancel-worker-kill':
    case 'terminate':
      return undone !== undefined && pass === 'run' && side !== 'during';
    case 'rollback':
      return undone !== undefined && pass === 'run' && side === 'before' && change;
  }
}
