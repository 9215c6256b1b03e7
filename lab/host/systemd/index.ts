/** systemd's own commands. */
import type { PackageBuild } from '../../types.ts';

export const systemdPackage: readonly PackageBuild[] = [];
