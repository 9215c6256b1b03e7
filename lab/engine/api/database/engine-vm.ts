import { runningOn } from '../../../ovirt/engine-vm.ts';
import { paths } from '../../../ovirt/paths.ts';
import type { Lab } from '../../../types.ts';
import type { Entity } from '../wire/values.ts';
import { merged } from '../wire/values.ts';
import type { EngineDatabase } from './database.ts';
import { MANAGEMENT } from './networks.ts';
import { engineHost, engineVm } from './placement.ts';
import { activeSnapshot } from './snapshots.ts';
import type { VmRow } from './vms.ts';
import { blankSettings } from './vms.ts';

const MiB = 1024 ** 2;

/** Settings of the engine's own VM. */
export function ownSettings(db: EngineDatabase): Entity {
  const memory = db.image.memoryMb * MiB;
  return merged(blankSettings(), {
    description: 'Hosted engine VM',
    cpu: { topology: { sockets: db.image.cpus } },
    delete_protected: true,
    memory,
    memory_policy: { ballooning: true, guaranteed: memory, max: memory * 4 },
    os: { type: 'other_linux' },
  });
}

/** The address of its network card, as the host that runs it was told. */
function macOf(lab: Lab): string {
  const fs = runningOn(lab)?.host.fs;
  const configuration = fs?.exists(paths.vmConf) ? fs.read(paths.vmConf) : '';
  return /macAddr:([0-9a-fA-F:]{17})/.exec(configuration)?.[1] ?? '';
}

/** The engine's own VM as it can be looked at; it is not among the VMs that the engine can change. */
export function ownVm(lab: Lab, db: EngineDatabase): VmRow {
  const dataCenterId = db.clusters.get(db.engineClusterId)?.dataCenterId;
  const network = [...db.networks.values()].find((one) => one.name === MANAGEMENT && one.dataCenterId === dataCenterId);
  const profile = [...db.vnicProfiles.values()].find(({ networkId }) => networkId === network?.id);
  const card = { name: 'vnet0', interface: 'virtio', mac: macOf(lab), plugged: true, linked: true };
  const { nicId, snapshotId } = db.ownIds;
  const createdAt = Math.floor(db.createdAt);
  return {
    ...engineVm(db, lab),
    clusterId: db.engineClusterId,
    createdAt,
    settings: ownSettings(db),
    nics: [{ ...card, id: nicId, profileId: profile?.id, filterParameters: [] }],
    consoles: ['vnc'],
    snapshots: [{ ...activeSnapshot(lab, snapshotId), date: createdAt }],
    hostId: engineHost(lab, db)?.id,
    startedAt: Math.floor(runningOn(lab)?.record.startedAt ?? createdAt),
  };
}

/** A VM by its id, the engine's own among them. */
export const anyVm = (lab: Lab, db: EngineDatabase, id: string): VmRow | undefined =>
  id === engineVm(db, lab).id ? ownVm(lab, db) : db.vms.get(id);
