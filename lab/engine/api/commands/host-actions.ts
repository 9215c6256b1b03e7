import { localMaintenance, setLocalMaintenance } from '../../../ovirt/conf.ts';
import { paths } from '../../../ovirt/paths.ts';
import type { LabHost } from '../../../types.ts';
import { forgetLost } from '../database/attachments.ts';
import { clusterOf, spmStatus } from '../database/data-centers.ts';
import type { EngineDatabase, HostRow, HostStatus } from '../database/database.ts';
import { machineAt, removeHost } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { engineHost, vmsOn } from '../database/placement.ts';
import { openTransfers, pausedPhases } from '../database/transfers.ts';
import { affinityOf } from '../database/vms.ts';
import { readStatistics, vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { queryFlag } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import { flag, text } from '../wire/values.ts';
import { installHost } from './install-host.ts';
import { evacuate } from './migrate.ts';
import { reachHost } from './reach-host.ts';

/** Writes a host's own HA maintenance through vdsm; false when its HA services cannot be told. */
export function tellAgents(host: LabHost | undefined, on: boolean): boolean {
  if (!vdsmAnswers(host) || !host.fs.exists(paths.brokerSocket)) return false;
  setLocalMaintenance(host, on);
  return true;
}

/** Statuses from which a host can be sent to maintenance; on its way there it is sent again. */
const mayRest = new Set<HostStatus>([
  'up',
  'maintenance',
  'non_responsive',
  'preparing_for_maintenance',
  'non_operational',
  'install_failed',
]);

/** Puts a host back to work; the monitoring takes it to `up`. Ends the HA maintenance that deactivation began. */
export function activateHost(call: Call, row: HostRow): Job {
  const { lab, db, correlationId } = call;
  if (row.status === 'up') throw refused(409, 'Cannot activate Host. Host in Up status.');
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Invoking Activate Host ${row.name}`, correlationId });
  row.status = 'unassigned';
  row.statusDetail = undefined;
  row.lostAt = undefined;
  tell(lab, db, {
    code: 16,
    host: row,
    correlationId,
    user,
    text: `Activation of host ${row.name} initiated by ${user}.`,
  });
  const machine = machineAt(lab, row.address);
  if (row.ha?.configured && !tellAgents(machine, false) && machine && localMaintenance(machine)) {
    tell(lab, db, {
      code: 10454,
      host: row,
      correlationId,
      user,
      text: `Host ${row.name} was activated by ${user}, but the Hosted Engine HA service may still be in maintenance mode. If necessary, please correct this manually.`,
    });
  }
  lab.changed(`host ${row.name} activated`);
  endJob(lab, job, 'finished');
  return job;
}

function checkDeactivation(call: Call, row: HostRow): void {
  const { lab, db } = call;
  if (row.status === 'maintenance') {
    throw refused(409, 'Cannot switch Host to Maintenance mode. Host is already in Maintenance mode.');
  }
  if (!mayRest.has(row.status)) throw refused(409, 'Cannot switch Host to Maintenance mode, Host is not operational.');
  const vms = vmsOn(lab, db, row);
  if (row.status === 'non_responsive' && vms.length > 0) {
    throw refused(
      409,
      'Cannot switch Host to Maintenance mode.\nHost still has running VMs on it and is in Non Responsive state.',
    );
  }
  if (spmStatus(db, row) === 'contending') {
    throw refused(
      409,
      'Cannot switch Host to Maintenance mode. Host is contending for Storage Pool Manager,\nwait for operation to complete and retry.',
    );
  }
  const pinned = [...db.vms.values()].filter((vm) => vm.hostId === row.id && affinityOf(vm) === 'pinned');
  if (pinned.length > 0) {
    const names = pinned.map((vm) => vm.name).join(' , ');
    throw refused(
      409,
      `Cannot switch the following Hosts to Maintenance mode: ${row.name}.\nOne or more running VMs are indicated as non-migratable. The non-migratable VMs are: ${names}.`,
    );
  }
  const others = [...db.hosts.values()].filter(
    (one) => one !== row && one.clusterId === row.clusterId && one.status === 'up',
  );
  const moving = openTransfers(db).filter((one) => one.hostId === row.id && !pausedPhases.has(one.phase));
  if (moving.length > 0) {
    const disks = moving.map((one) => one.diskId).sort();
    throw refused(
      409,
      `Cannot switch Host ${row.name} to Maintenance mode. Image transfer is in progress for the following (${disks.length}) disks: \n\n ${disks.join(',')} \n\nPlease wait for the operations to complete and try again.`,
    );
  }
  if (engineHost(lab, db) === row && !others.some((one) => one.ha?.active && one.ha.score > 0)) {
    throw refused(
      409,
      'Cannot switch the Host(s) to Maintenance mode.\nNone of the hosts capable of running the engine VM has score more than 0 and is in Up state.',
    );
  }
  if (vms.length > 0 && others.length === 0) {
    throw refused(
      409,
      `The following Hosts have running VMs and cannot be switched to maintenance mode: ${row.name}.\nPlease ensure that the following Clusters have at least one Host in UP state: ${clusterOf(db, row).name}.`,
    );
  }
}

/** Sends a host to maintenance: its agents into local maintenance, its VMs to other hosts, then the host itself. */
export function deactivateHost(call: Call, row: HostRow): void {
  const { lab, db, correlationId } = call;
  checkDeactivation(call, row);
  const user = userName(call.user);
  const reason = text(call.body, 'reason');
  row.status = 'preparing_for_maintenance';
  row.statusDetail = reason;
  const told = !row.ha?.configured || tellAgents(machineAt(lab, row.address), true);
  const by = `Host ${row.name} was switched to Maintenance mode by ${user}`;
  const event = !told
    ? {
        code: 10453,
        text: `${by}, but Hosted Engine HA maintenance could not be enabled. Please enable it manually.`,
      }
    : reason
      ? { code: 600, text: `${by} (Reason: ${reason}).` }
      : { code: 620, text: `${by}.` };
  tell(lab, db, { ...event, host: row, correlationId, user });
  lab.changed(`host ${row.name} to maintenance`);
  evacuate(call, row);
}

/** Before 4.3.10 the wish to deploy the hosted engine in a new installation was not heard (bugzilla 1817450). */
function hearsDeployment({ image }: EngineDatabase): boolean {
  const [major = 0, minor = 0, build = 0] = image.version.split('.').map((part) => Number.parseInt(part, 10));
  return major > 4 || minor > 3 || build >= 10;
}

/** Installs a host again; it has to be in maintenance, and stays there unless activation is asked for. */
export function reinstallHost(call: Call, row: HostRow): Job {
  const { lab, db, run, body, correlationId } = call;
  if (row.status !== 'maintenance' && row.status !== 'install_failed') {
    throw refused(409, 'Cannot install Host. Please move Host to Maintenance mode first.');
  }
  const machine = reachHost(lab, row.address, body, 'install');
  const asked = (name: string): boolean => flag(body, name) ?? queryFlag(call.query, name) ?? false;
  const job = startJob(lab, db, {
    description: `Installing Host ${row.name}`,
    correlationId,
    work: `Installing Host ${row.name}`,
  });
  lab.changed(`host ${row.name} is installed again`);
  run.inBackground(() =>
    installHost(lab, db, run, {
      row,
      machine,
      hostedEngine:
        asked('deploy_hosted_engine') && hearsDeployment(db)
          ? 'deploy'
          : asked('undeploy_hosted_engine')
            ? 'undeploy'
            : undefined,
      activate: asked('activate'),
      correlationId,
      user: userName(call.user),
      job,
    }),
  );
  return job;
}

/** Takes a host that is out of service out of the engine; the machine itself is not touched. */
export function deleteHost(call: Call, row: HostRow): void {
  const { lab, db, correlationId } = call;
  const idle = ['maintenance', 'install_failed'].includes(row.status);
  const forced = row.status === 'non_responsive' && queryFlag(call.query, 'force') === true;
  if (!idle && !forced) {
    throw refused(409, 'Cannot remove Host. Host is operational. Please switch Host to Maintenance mode first.');
  }
  if (vmsOn(lab, db, row).length > 0) {
    throw refused(409, 'Cannot remove Host. One or more VMs are still running on this Host.');
  }
  const user = userName(call.user);
  removeHost(db, row);
  tell(lab, db, { code: 44, host: row, correlationId, user, text: `Host ${row.name} was removed by ${user}.` });
  lab.changed(`host ${row.name} removed from the engine`);
}

/** Reads a host's capabilities and statistics at once instead of at the next look. */
export function refreshHost(call: Call, row: HostRow): void {
  const machine = machineAt(call.lab, row.address);
  if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
  forgetLost(call.db, row, machine);
  readStatistics(row, machine);
  tell(call.lab, call.db, {
    code: 606,
    host: row,
    correlationId: call.correlationId,
    user: userName(call.user),
    text: `Successfully refreshed the capabilities of host ${row.name}.`,
  });
}
