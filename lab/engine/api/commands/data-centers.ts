import type { DataCenterRow, Version } from '../database/data-centers.ts';
import {
  clustersOf,
  compareVersions,
  hostsOf,
  insertDataCenter,
  levels,
  newestLevel,
  versionText,
} from '../database/data-centers.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { forgetNetworks, networksOf } from '../database/networks.ts';
import { domainsOf } from '../database/storage-domains.ts';
import { dataCenterStatus } from '../monitor/spm.ts';
import type { Call } from '../routing/call.ts';
import { queryFlag } from '../routing/call.ts';
import { notGiven, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, number, part, text } from '../wire/values.ts';

/** A level of a body, which has to be one that this engine knows. */
export function wantedVersion(body: Entity, refusal: string): Version | undefined {
  const given = part(body, 'version');
  if (!given) return undefined;
  const wanted = { major: number(given, 'major') ?? -1, minor: number(given, 'minor') ?? -1 };
  const known = levels.find((level) => compareVersions(level, wanted) === 0);
  if (!known) throw refused(400, refusal);
  return known;
}

/** One line of the engine's bean validation: the message, then the attribute that it is about. */
export const invalid = (message: string, attribute: string): ReturnType<typeof refused> =>
  refused(400, message, `Attribute: ${attribute}`);

function checkName(call: Call, doing: 'create' | 'edit', name: string, self?: DataCenterRow): void {
  if (!/^[\w-]+$/.test(name)) {
    throw invalid("Data Center name may only contain letters, numbers, '-', or '_'.", 'privateStoragePool.name');
  }
  const taken = [...call.db.dataCenters.values()].some((row) => row !== self && row.name === name);
  if (taken) throw refused(409, `Cannot ${doing} Data Center. The Data Center name is already in use.`);
}

/** Makes an empty data center: it has no storage pool before its first data domain. */
export function addDataCenter(call: Call): DataCenterRow {
  const { lab, db, body, correlationId } = call;
  const local = flag(body, 'local');
  if (local === undefined) throw notGiven("Parameter 'data_center.local' is mandatory but was not provided.");
  const name = text(body, 'name');
  if (!name) throw notGiven("Parameter 'data_center.name' is mandatory but was not provided.");
  checkName(call, 'create', name);
  const unsupported = 'Cannot create Data Center. Selected Compatibility Version is not supported.';
  const version = wantedVersion(body, unsupported) ?? newestLevel;
  const quotaMode = text(body, 'quota_mode') ?? 'disabled';
  const row = insertDataCenter(lab, db, { name, local, version, quotaMode, description: text(body, 'description') });
  const user = userName(call.user);
  endJob(lab, startJob(lab, db, { description: `Adding empty Data Center ${name}`, correlationId }), 'finished');
  tell(lab, db, {
    code: 950,
    dataCenter: row,
    correlationId,
    user,
    text: `Data Center ${name}, Compatibility Version ${versionText(version)} and Quota Type ${quotaMode.toUpperCase()} was added by ${user}`,
  });
  lab.changed(`data center ${name} added`);
  return row;
}

function checkVersion(call: Call, row: DataCenterRow, version: Version): void {
  const higher = compareVersions(version, row.version);
  if (higher < 0 && dataCenterStatus(call.db, row) !== 'uninitialized') {
    throw refused(400, 'Cannot decrease data center compatibility version.');
  }
  const below = clustersOf(call.db, row).filter((cluster) => compareVersions(cluster.version, version) < 0);
  if (higher > 0 && below.length > 0) {
    throw refused(
      400,
      `Cannot update Data Center compatibility version to a value that is greater than its cluster's version. The following clusters should be upgraded: ${below.map((one) => one.name).join(', ')}.`,
    );
  }
}

/** Changes what the body names; a shared data center becomes a local one only with one cluster and one host. */
export function updateDataCenter(call: Call, row: DataCenterRow): DataCenterRow {
  const { lab, db, body, correlationId } = call;
  const name = text(body, 'name') ?? row.name;
  checkName(call, 'edit', name, row);
  const local = flag(body, 'local') ?? row.local;
  if (local && !row.local && clustersOf(db, row).length > 1) {
    throw refused(400, 'Cannot add more than one Cluster to "Local Storage" Data Center');
  }
  if (local && !row.local && hostsOf(db, row).length > 1) {
    throw refused(400, 'Cannot add more than one Host to "Local Storage" Data Center');
  }
  const unsupported = 'Cannot edit Data Center. Selected Compatibility Version is not supported.';
  const version = wantedVersion(body, unsupported) ?? row.version;
  checkVersion(call, row, version);
  Object.assign(row, {
    name,
    local,
    version,
    quotaMode: text(body, 'quota_mode') ?? row.quotaMode,
    description: text(body, 'description') ?? row.description,
  });
  const user = userName(call.user);
  endJob(lab, startJob(lab, db, { description: `Editing Data Center ${name} properties`, correlationId }), 'finished');
  tell(lab, db, {
    code: 952,
    dataCenter: row,
    correlationId,
    user,
    text: `Data Center ${name} was updated by ${user}`,
  });
  lab.changed(`data center ${name} updated`);
  return row;
}

/** Removes a data center; its clusters go on without one. */
export function removeDataCenter(call: Call, row: DataCenterRow): Job {
  const { lab, db, correlationId } = call;
  if (dataCenterStatus(db, row) === 'up') throw refused(409, 'Cannot remove an active Data Center.');
  const domains = domainsOf(db, row);
  if (domains.some((domain) => domain.status !== 'maintenance')) {
    throw refused(
      409,
      'Cannot remove Data Center which contains Storage Domains that are not in Maintenance status.\n-Please deactivate all domains and wait for tasks to finish before removing the Data Center.',
    );
  }
  const forced = queryFlag(call.query, 'force') === true;
  if (forced && hostsOf(db, row).some((host) => host.status !== 'maintenance')) {
    throw refused(409, 'Cannot remove Data Center while there are Hosts that are not in Maintenance mode.');
  }
  if (!forced && domains.length > 1) {
    throw refused(409, 'Cannot remove Data Center when more than one Storage Domain is attached.');
  }
  for (const domain of domains) Object.assign(domain, { dataCenterId: undefined, status: 'unattached', master: false });
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Removing Data Center ${row.name}`, correlationId });
  for (const cluster of clustersOf(db, row)) cluster.dataCenterId = undefined;
  db.dataCenters.delete(row.id);
  for (const network of networksOf(db, row.id)) {
    forgetNetworks(db, ({ networkId }) => networkId === network.id);
    for (const one of db.vnicProfiles.values()) if (one.networkId === network.id) db.vnicProfiles.delete(one.id);
    db.networks.delete(network.id);
  }
  const told = forced
    ? { code: 918, text: `Data Center ${row.name} was forcibly removed by ${user}` }
    : { code: 954, text: `Data Center ${row.name} was removed by ${user}` };
  tell(lab, db, { ...told, correlationId, user });
  endJob(lab, job, 'finished');
  lab.changed(`data center ${row.name} removed`);
  return job;
}
