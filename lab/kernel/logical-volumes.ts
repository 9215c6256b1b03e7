/** Logical volumes of the array's LUNs on a host: active ones are device-mapper devices, seen until the host goes down. */
import type { LabHost, LogicalVolume, VolumeGroup } from '../types.ts';
import { actAs } from './current.ts';

/** Device-mapper doubles hyphens, so that a single one separates group and volume. */
export const mapperName = (group: string, volume: string): string =>
  `${group.replaceAll('-', '--')}-${volume.replaceAll('-', '--')}`;

const nodes = (group: string, volume: string): string[] => [
  `/dev/${group}/${volume}`,
  `/dev/mapper/${mapperName(group, volume)}`,
];

/** The lowest minor that no device of the host has; the host's own system is on 0 and 1. */
export function freeMinor(host: LabHost): number {
  const taken = new Set([0, 1]);
  for (const lun of host.lab.luns) {
    taken.add(lun.minors.get(host.name) ?? 0);
    for (const volume of lun.group?.volumes ?? []) taken.add(volume.active.get(host.name)?.minor ?? 0);
  }
  let minor = 2;
  while (taken.has(minor)) minor += 1;
  return minor;
}

/** Makes the volume a device of the host; one that is active already only takes on what is asked. */
export function activateVolume(
  host: LabHost,
  group: VolumeGroup,
  volume: LogicalVolume,
  as: { open?: boolean; mount?: string } = {},
): void {
  const known = volume.active.get(host.name);
  if (known) {
    known.open = as.open ?? known.open;
    known.mount = as.mount ?? known.mount;
    return;
  }
  volume.active.set(host.name, { minor: freeMinor(host), open: as.open ?? false, mount: as.mount });
  // The device manager makes the nodes, whoever asked for the volume.
  actAs(undefined, () => {
    for (const node of nodes(group.name, volume.name)) host.fs.write(node, '', { mode: 0o660 });
  });
}

export function deactivateVolume(host: LabHost, group: VolumeGroup, volume: LogicalVolume): void {
  if (!volume.active.delete(host.name)) return;
  actAs(undefined, () => {
    for (const node of nodes(group.name, volume.name)) if (host.fs.exists(node)) host.fs.remove(node);
  });
}

/** Takes a volume out of its group, wherever it is active. */
export function removeVolume(hosts: Iterable<LabHost>, group: VolumeGroup, volume: LogicalVolume): void {
  for (const host of hosts) deactivateVolume(host, group, volume);
  const at = group.volumes.indexOf(volume);
  if (at >= 0) group.volumes.splice(at, 1);
}

/** A host that went down has no devices any more. */
export function forgetVolumes(host: LabHost): void {
  for (const { group } of host.lab.luns)
    for (const volume of group?.volumes ?? []) if (group) deactivateVolume(host, group, volume);
}
