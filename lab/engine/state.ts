import { kdumpDetectable } from '../ovirt/kdump.ts';
import { anyStorage } from '../ovirt/storage.ts';
import type { Lab } from '../types.ts';
import { engineAccess } from './access.ts';
import { databaseOf, machineAt } from './api/database/database.ts';
import { vmsWith } from './api/database/disks.ts';
import { agentsOf, powerOf } from './api/database/fencing.ts';
import { vmStatus } from './api/database/placement.ts';
import { connectionName, connectionsOf } from './api/database/storage-connections.ts';
import { openTransfers } from './api/database/transfers.ts';
import { cpusOf, isHighlyAvailable, leaseDomainOf, memoryOf } from './api/database/vms.ts';
import { dataCenterStatus } from './api/monitor/spm.ts';

/** What the engine's database holds, by name: enough to tell what a run has left, not what the API would say. */
export function engineState(lab: Lab): Record<string, unknown> {
  const image = anyStorage(lab)?.image;
  const access = engineAccess(lab);
  if (!image) return { access, hosts: [] };
  const db = databaseOf(lab, image);
  const dataCenterName = (id: string | undefined): string | undefined => db.dataCenters.get(id ?? '')?.name;
  const named = <T extends { readonly name: string }>(rows: Iterable<T>, show: (row: T) => unknown) =>
    Object.fromEntries([...rows].map((row) => [row.name, show(row)]));
  return {
    access,
    fqdn: image.fqdn,
    dataCenter: image.dataCenter,
    cluster: image.cluster,
    hosts: [...image.hosts.keys()],
    dataCenters: named(db.dataCenters.values(), (row) => ({ status: dataCenterStatus(db, row), local: row.local })),
    clusters: named(db.clusters.values(), (row) => ({
      dataCenter: dataCenterName(row.dataCenterId),
      cpu: row.cpu.type,
    })),
    power: named(db.hosts.values(), (row) => {
      const { enabled, kdumpDetection, automatic } = powerOf(row);
      const agents = agentsOf(db, row).map(({ type, address, username, order, options }) => ({
        ...{ type, address, username, order },
        options: Object.fromEntries(options.map(({ name, value }) => [name, value])),
      }));
      const machine = machineAt(lab, row.address);
      const kdump = machine !== undefined && kdumpDetectable(machine);
      return { enabled, kdumpDetection, automatic, kdump, agents };
    }),
    vnicProfiles: [...db.vnicProfiles.values()].map(
      ({ name, networkId }) => `${name} of ${db.networks.get(networkId)?.name}`,
    ),
    storageDomains: named(db.storageDomains.values(), (row) => ({
      id: row.id,
      status: row.status,
      dataCenter: dataCenterName(row.dataCenterId),
      lun: row.lun,
      connection: connectionsOf(db, row).map(connectionName)[0],
      master: row.master,
    })),
    networks: [...db.networks.values()].map((row) => ({
      name: row.name,
      dataCenter: dataCenterName(row.dataCenterId),
      vlan: row.vlan,
      mtu: row.mtu || 1500,
      clusters: Object.fromEntries(
        db.clusterNetworks
          .filter(({ networkId }) => networkId === row.id)
          .map(({ clusterId, required }) => [db.clusters.get(clusterId)?.name, required ? 'required' : 'not required']),
      ),
    })),
    vms: named(db.vms.values(), (row) => ({
      status: vmStatus(lab, db, row),
      host: db.hosts.get(row.hostId ?? '')?.name,
      highlyAvailable: isHighlyAvailable(row),
      memory: memoryOf(row),
      cpus: cpusOf(row),
      cd: db.disks.get(row.cd ?? '')?.alias ?? row.cd,
      watchdog: row.watchdog?.model,
      lease: db.storageDomains.get(leaseDomainOf(row) ?? '')?.name,
      nics: row.nics.map((nic) => nic.name),
      snapshots: row.snapshots.filter((one) => one.type === 'regular').map((one) => `${one.description} ${one.status}`),
    })),
    disks: [...db.disks.values()].map((row) => ({
      id: row.id,
      alias: row.alias,
      status: row.status,
      description: row.description,
      domain: db.storageDomains.get(row.domainId)?.name,
      vms: vmsWith(db, row).map((vm) => vm.name),
    })),
    imageTransfers: openTransfers(db).map(({ diskId, phase }) => ({ disk: diskId, phase })),
  };
}
