/**
 * Named states of the world, applied as faults: each changes a package, a repository, a LUN, a name, a unit or a
 * process, never an answer. What goes wrong afterwards follows from that; the right cure undoes it.
 */
import type { World } from '../types.ts';
import { deploymentWorlds } from './deployment.ts';
import { fileServerWorlds } from './file-servers.ts';
import { hostWorlds } from './hosts.ts';
import { iscsiWorlds } from './iscsi-portals.ts';
import { nameWorlds } from './names.ts';
import { storageWorlds } from './storage.ts';

export const worlds: Readonly<Record<string, World>> = {
  ...hostWorlds,
  ...nameWorlds,
  ...storageWorlds,
  ...fileServerWorlds,
  ...iscsiWorlds,
  ...deploymentWorlds,
};
