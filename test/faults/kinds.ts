import type { Point } from './points.ts';
import type { Story } from './stories/index.ts';

export const KINDS = [
  'worker-kill',
  'ssh-drop-before',
  'ssh-drop-after',
  'engine-drop-before',
  'engine-drop-after',
  'engine-503',
  'engine-409',
  'engine-session-lost',
  'engine-restart',
  'temporal-restart',
  'host-reboot',
] as const;
export type Kind = (typeof KINDS)[number];

/** Whether there is something to strike in this way at the point. */
export function suits(kind: Kind, { side, which, target }: Point, { targets }: Story): boolean {
  const atEngine = target === 'engine';
  switch (kind) {
    case 'worker-kill':
    case 'temporal-restart':
    case 'host-reboot':
      return true;
    case 'ssh-drop-before':
      return !atEngine && side !== 'after';
    case 'ssh-drop-after':
      return !atEngine && side !== 'before';
    case 'engine-drop-before':
    case 'engine-503':
    case 'engine-session-lost':
      return atEngine && side === 'before';
    case 'engine-drop-after':
      return atEngine && side === 'after';
    case 'engine-409':
      return atEngine && side === 'before' && which === 'change';
    case 'engine-restart':
      return targets.includes('engine');
  }
}
