import { connectDomain, reaches, reports } from '../../../ovirt/vdsm/storage-domain.ts';
import type { Lab, LabHost } from '../../../types.ts';
import { dataCenterOf } from '../database/data-centers.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { domainsOf, inProcess, vdsmDomain } from '../database/storage-domains.ts';
import { connectServers, releaseServers } from './storage-servers.ts';

/** Virtual seconds that a host may miss a domain before it is taken out of service, and between two tries to use it again. */
const PATIENCE = 300;

const activeFor = (db: EngineDatabase, row: HostRow): DomainRow[] => {
  const dataCenter = dataCenterOf(db, row);
  return dataCenter ? domainsOf(db, dataCenter).filter((domain) => domain.status === 'active') : [];
};

/** The active domains of its data center that a host does not reach; with `reports` those that it does not report. */
export function missingDomains(
  lab: Lab,
  db: EngineDatabase,
  row: HostRow,
  host: LabHost,
  has: typeof reaches = reaches,
): DomainRow[] {
  return activeFor(db, row).filter((domain) => {
    const found = vdsmDomain(lab, domain);
    return !found || !has(host, found);
  });
}

/** A host that comes up connects to the servers of its data center's storage before anybody looks what it reaches. */
export function connectHostToServers(db: EngineDatabase, row: HostRow, host: LabHost): void {
  for (const domain of activeFor(db, row)) connectServers(db, host, domain);
}

/** vdsm connects every active domain that the host reaches. */
export function connectHost(lab: Lab, db: EngineDatabase, row: HostRow, host: LabHost): void {
  for (const domain of activeFor(db, row)) {
    connectServers(db, host, domain);
    const found = vdsmDomain(lab, domain);
    if (found && reaches(host, found)) connectDomain(host, found);
  }
}

/** A host that rests has nothing mounted of the storage of its data center, and is logged in nowhere. */
export function releaseHost(lab: Lab, db: EngineDatabase, row: HostRow, host: LabHost): void {
  const dataCenter = dataCenterOf(db, row);
  for (const domain of dataCenter ? domainsOf(db, dataCenter) : []) {
    releaseServers(lab, db, host, domain);
  }
}

/** Takes a host out of service that does not reach the storage of its data center. */
export function refuseHost(lab: Lab, db: EngineDatabase, row: HostRow, missing: readonly DomainRow[]): void {
  row.status = 'non_operational';
  row.statusDetail = 'storage_domain_unreachable';
  row.storageLostAt = lab.clock.now();
  const names = missing.map((domain) => domain.name).join(',');
  const dataCenter = dataCenterOf(db, row);
  tell(lab, db, {
    code: 522,
    host: row,
    text: `Host ${row.name} cannot access the Storage Domain(s) ${names} attached to the Data Center ${dataCenter?.name ?? ''}. Setting Host state to Non-Operational.`,
  });
}

/** What became of operations on domains that the engine's end cut off: new rows are taken back, changes fall back. */
export function settleStorage(db: EngineDatabase): void {
  for (const domain of db.storageDomains.values()) {
    if (!inProcess.has(domain.status)) continue;
    if (domain.before === undefined) db.storageDomains.delete(domain.id);
    else if (domain.before === 'unattached') Object.assign(domain, { dataCenterId: undefined, status: 'unattached' });
    else domain.status = domain.before;
  }
}

/**
 * A domain that some hosts do not report costs these hosts their service; one that nobody reaches becomes inactive itself,
 * and active again when a host reaches it. Both after some patience. (engine: IrsProxy, domains NOT_REPORTED)
 */
export function watchStorage(lab: Lab, db: EngineDatabase): void {
  const now = lab.clock.now();
  for (const row of db.hosts.values()) {
    const host = machineAt(lab, row.address);
    if (!host || (row.status !== 'up' && row.status !== 'non_operational')) continue;
    const missing = missingDomains(lab, db, row, host, row.status === 'up' ? reports : reaches);
    if (missing.length === 0 && row.status === 'up') row.storageLostAt = undefined;
    else row.storageLostAt ??= now;
    if (row.storageLostAt === undefined || now - row.storageLostAt < PATIENCE * 1000) continue;
    if (row.status === 'up' && someoneReaches(lab, db, missing)) refuseHost(lab, db, row, missing);
    else if (row.status === 'up') for (const domain of missing) setInactive(lab, db, domain);
    else if (row.statusDetail === 'storage_domain_unreachable') row.status = 'unassigned';
    row.storageLostAt = row.status === 'non_operational' ? now : undefined;
  }
  for (const domain of db.storageDomains.values()) if (domain.status === 'inactive') recover(lab, db, domain);
}

const upHosts = (lab: Lab, db: EngineDatabase, domain: DomainRow): LabHost[] =>
  [...db.hosts.values()]
    .filter((row) => row.status === 'up' && dataCenterOf(db, row)?.id === domain.dataCenterId)
    .flatMap((row) => machineAt(lab, row.address) ?? []);

const someoneReaches = (lab: Lab, db: EngineDatabase, missing: readonly DomainRow[]): boolean =>
  missing.some((domain) => {
    const found = vdsmDomain(lab, domain);
    return found !== undefined && upHosts(lab, db, domain).some((host) => reaches(host, found));
  });

function setInactive(lab: Lab, db: EngineDatabase, domain: DomainRow): void {
  const dataCenter = db.dataCenters.get(domain.dataCenterId ?? '');
  domain.status = 'inactive';
  tell(lab, db, {
    code: 970,
    dataCenter,
    storageDomain: domain,
    text: `Storage Domain ${domain.name} (Data Center ${dataCenter?.name ?? ''}) was deactivated by system because it's not visible by any of the hosts.`,
  });
}

function recover(lab: Lab, db: EngineDatabase, domain: DomainRow): void {
  const found = vdsmDomain(lab, domain);
  const up = upHosts(lab, db, domain);
  for (const host of up) connectServers(db, host, domain);
  const hosts = found ? up.filter((host) => reaches(host, found)) : [];
  if (!found || hosts.length === 0) return;
  const dataCenter = db.dataCenters.get(domain.dataCenterId ?? '');
  domain.status = 'active';
  for (const host of hosts) connectDomain(host, found);
  tell(lab, db, {
    code: 966,
    dataCenter,
    storageDomain: domain,
    text: `Storage Domain ${domain.name} (Data Center ${dataCenter?.name ?? ''}) was autorecovered.`,
  });
}
