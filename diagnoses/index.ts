import type { Diagnosis } from './diagnosis.ts';
import { dirtyLun } from './dirty-lun.ts';
import { diskSpace } from './disk-space.ts';
import { engineAddress } from './engine-address.ts';
import { engineName } from './engine-name.ts';
import { engineNameIsHost } from './engine-name-is-host.ts';
import { engineRestarted } from './engine-restarted.ts';
import { firewalld } from './firewalld.ts';
import { hostName } from './host-name.ts';
import { imageTicketLost } from './image-ticket-lost.ts';
import { iscsiLogin } from './iscsi-login.ts';
import { iscsiPortal } from './iscsi-portal.ts';
import { lostLink } from './lost-link.ts';
import { mdClear } from './md-clear.ts';
import { memory } from './memory.ts';
import { missingNetworks } from './missing-networks.ts';
import { nfsMount } from './nfs-mount.ts';
import { nfsNotEmpty } from './nfs-not-empty.ts';
import { nfsPermissions } from './nfs-permissions.ts';
import { noHostForVm } from './no-host-for-vm.ts';
import { proxy } from './proxy.ts';
import { storageUnreachable } from './storage-unreachable.ts';

export type { Diagnosis } from './diagnosis.ts';

/** In the order in which they are tried: those with a recovery first. */
export const diagnoses: readonly Diagnosis[] = [
  mdClear,
  firewalld,
  engineRestarted,
  noHostForVm,
  imageTicketLost,
  engineNameIsHost,
  hostName,
  engineName,
  dirtyLun,
  iscsiLogin,
  iscsiPortal,
  nfsMount,
  nfsPermissions,
  nfsNotEmpty,
  memory,
  diskSpace,
  proxy,
  lostLink,
  missingNetworks,
  storageUnreachable,
  engineAddress,
];

/** Recognises a known failure in the output of a command. */
export function diagnose(log: string): Diagnosis | undefined {
  return diagnoses.find(({ symptom, lookAlike = [] }) =>
    log
      .split('\n')
      .some((line) => symptom.some((known) => known.test(line)) && !lookAlike.some((other) => other.test(line))),
  );
}
