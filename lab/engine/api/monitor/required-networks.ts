import { portOf } from '../../../ovirt/host-networks.ts';
import type { Lab, LabHost } from '../../../types.ts';
import { clusterOf } from '../database/data-centers.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import type { ClusterNetworkRow, NetworkRow } from '../database/networks.ts';

/** Virtual seconds between two tries to use a host again (AutoRecoverySchedule, every five minutes). */
const RETRY = 300;

const has = (host: LabHost | undefined, network: string): boolean =>
  host !== undefined && portOf(host, network) !== undefined;

/** A required network is operational when every up host of the cluster has it. */
export function isOperational(lab: Lab, db: EngineDatabase, at: ClusterNetworkRow, row: NetworkRow): boolean {
  const hosts = [...db.hosts.values()].filter((one) => one.clusterId === at.clusterId && one.status === 'up');
  return !at.required || hosts.every((one) => has(machineAt(lab, one.address), row.name));
}

/**
 * The required networks that a host lacks and all the others have (BLL `network/host/HostNetworkTopologyPersisterImpl`):
 * one that is not operational anyway keeps no host away, nor does one that no host is there to have.
 */
export function missingNetworks(lab: Lab, db: EngineDatabase, row: HostRow, host: LabHost): string[] {
  const others = [...db.hosts.values()].some((one) => one.clusterId === row.clusterId && one.status === 'up');
  return db.clusterNetworks.flatMap((at) => {
    const network = db.networks.get(at.networkId);
    const counts = at.clusterId === row.clusterId && at.required && others;
    if (!network || !counts || !isOperational(lab, db, at, network)) return [];
    return has(host, network.name) ? [] : [network.name];
  });
}

/** Takes a host out of service that lacks networks of its cluster. */
export function refuseForNetworks(lab: Lab, db: EngineDatabase, row: HostRow, missing: readonly string[]): void {
  row.status = 'non_operational';
  row.statusDetail = 'network_unreachable';
  row.networksLackedAt = lab.clock.now();
  const cluster = clusterOf(db, row).name;
  tell(lab, db, {
    code: 519,
    host: row,
    text: `Host ${row.name} does not comply with the cluster ${cluster} networks, the following networks are missing on host: '${missing.join(',')}'`,
  });
}

/** Tries hosts again that were taken out of service for a network. */
export function retryNetworks(lab: Lab, db: EngineDatabase): void {
  for (const row of db.hosts.values()) {
    if (row.status !== 'non_operational' || row.statusDetail !== 'network_unreachable') continue;
    if (lab.clock.now() - (row.networksLackedAt ?? 0) >= RETRY * 1000) row.status = 'unassigned';
  }
}
