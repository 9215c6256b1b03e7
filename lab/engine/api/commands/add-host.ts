import type { ClusterRow } from '../database/data-centers.ts';
import { DEFAULT } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { insertHost } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import { startJob } from '../database/jobs.ts';
import type { Call } from '../routing/call.ts';
import { queryFlag } from '../routing/call.ts';
import { incomplete, refused } from '../wire/fault.ts';
import { number, part, text } from '../wire/values.ts';
import { findCluster } from './find.ts';
import { installHost } from './install-host.ts';
import { reachHost } from './reach-host.ts';

const missing = (call: Call): string[] => ['name', 'address'].filter((name) => !text(call.body, name));

/** The cluster that the body names; a body without one means the cluster "Default". */
const wantedCluster = (call: Call): ClusterRow => findCluster(call.db, part(call.body, 'cluster') ?? { name: DEFAULT });

/** Takes a host into the engine after looking whether it can be reached, and installs it behind the answer. */
export function addHost(call: Call): HostRow {
  const { lab, db, run, body } = call;
  const lacking = missing(call);
  if (lacking.length > 0) throw incomplete(`Host [${lacking.join(', ')}] required for add`);
  const name = text(body, 'name') ?? '';
  const address = text(body, 'address') ?? '';
  const cluster = wantedCluster(call);
  const rows = [...db.hosts.values()];
  if (rows.some((row) => row.name === name)) {
    throw refused(409, 'Cannot add Host. The Host name is already in use, please choose a unique name and try again.');
  }
  if (rows.some((row) => row.address === address)) {
    throw refused(409, 'Cannot add Host. Host with the same address already exists.');
  }
  const machine = reachHost(lab, address, body, 'add');
  const user = userName(call.user);
  const row = insertHost(lab, db, {
    name,
    address,
    comment: text(body, 'comment') ?? '',
    clusterId: cluster.id,
    spmPriority: number(part(body, 'spm'), 'priority') ?? 5,
  });
  const { correlationId } = call;
  tell(lab, db, { code: 42, host: row, correlationId, user, text: `Host ${name} was added by ${user}.` });
  tell(lab, db, {
    code: 9000,
    host: row,
    correlationId,
    user,
    text: `Failed to verify Power Management configuration for Host ${name}.`,
  });
  lab.changed(`host ${name} added to the engine`);
  const job = startJob(lab, db, {
    description: `Adding new Host ${name} to Cluster ${cluster.name}`,
    correlationId,
    work: `Installing Host ${name}`,
  });
  const deploy = queryFlag(call.query, 'deploy_hosted_engine') === true;
  const undeploy = queryFlag(call.query, 'undeploy_hosted_engine') === true;
  run.inBackground(() =>
    installHost(lab, db, run, {
      row,
      machine,
      hostedEngine: deploy ? 'deploy' : undeploy ? 'undeploy' : undefined,
      activate: queryFlag(call.query, 'activate') ?? true,
      correlationId,
      user,
      job,
    }),
  );
  return row;
}
