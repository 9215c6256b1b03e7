/** One file per runbook that the loop interrupts: its datacentre, its input, what it may leave. */
import { add } from './add.ts';
import { cleanUp } from './clean-up.ts';
import { deploy } from './deploy.ts';
import { move } from './move.ts';
import { reboot, rebootMoved } from './reboot.ts';
import { recover } from './recover.ts';
import type { Story } from './story.ts';

export type { Story } from './story.ts';

export const stories: readonly Story[] = [deploy, recover, move, reboot, rebootMoved, cleanUp, add];
