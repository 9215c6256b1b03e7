/** Base: the tools of the shell and of the machine itself. Daemons and administration have folders of their own. */
import type { PackageBuild } from '../../types.ts';
import { coreutils } from './coreutils.ts';

export const basePackages: readonly PackageBuild[] = coreutils;
