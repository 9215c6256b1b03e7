import { dataCenterOf } from '../database/data-centers.ts';
import type { HostRow, HostStatus } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import { agentsOf, powerOf } from '../database/fencing.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import type { FenceResult, Fencing } from './fence-proxy.ts';
import { proxyFor } from './fence-proxy.ts';
import { clearVms } from './restart-vms.ts';
import { usePower } from './use-power.ts';

/** DisableFenceAtStartupInSec, FenceQuietTimeBetweenOperationsInSec, ServerRebootTimeout of 4.3. */
const seconds = { startup: 300, quiet: 180, reboot: 300 } as const;

type Operation = 'start' | 'stop' | 'restart';

/** Who asks: a person, or nobody when the engine treats a host by itself. */
interface Asked extends Fencing {
  readonly user?: string;
}

/** True once the engine has run long enough to judge its hosts; where its VM came from it may fence at once. */
export const mayFence = (on: Fencing, row: HostRow): boolean =>
  on.db.previousEngineHostId === row.id || on.lab.clock.now() - on.run.startedAt >= seconds.startup * 1000;

/** A start waits after a stop, a stop after a start, a restart after a restart. */
const after: Readonly<Record<Operation, Operation>> = { start: 'stop', stop: 'start', restart: 'restart' };

function obstacle(call: Call, on: Fencing, row: HostRow, operation: Operation): string | undefined {
  if (!powerOf(row).enabled || agentsOf(call.db, row).length === 0) return 'Cannot fence Host, Host fence is disabled.';
  if (!mayFence(on, row)) return 'Fence is disabled due to the Engine Service start up sequence.';
  const last = row.powerUsed?.[after[operation]];
  const left = last === undefined ? 0 : seconds.quiet - Math.floor((call.lab.clock.now() - last) / 1000);
  if (left > 0) return `Another Power Management operation is still running, please retry in ${left} Sec.`;
  if (!proxyFor(call.db, row))
    return 'There is no other Host in the Data Center that can be used to test the Power Management settings.';
  return undefined;
}

const startable: readonly HostStatus[] = ['down', 'non_responsive', 'reboot', 'maintenance'];

function validate(call: Call, on: Fencing, row: HostRow, operation: Operation): void {
  const why: string[] = [];
  const first = obstacle(call, on, row, operation);
  if (first !== undefined) why.push(first, `Cannot ${operation} Host. Fence operation failed.`);
  const disabled = first === 'Cannot fence Host, Host fence is disabled.';
  if (operation === 'stop' && row.status !== 'maintenance' && !disabled)
    why.push('Cannot perform Stop operation, Host has to be in Maintenance mode in order to be stopped.');
  if (operation === 'start' && row.status === 'connecting')
    why.push(
      'Due to intermittent connectivity to this Host, fence operations are not allowed at this time. The system is trying to reconnect, please try again in 30 seconds.',
    );
  else if (operation === 'start' && !startable.includes(row.status) && !disabled)
    why.push(
      'Cannot perform Start operation, Host has to be in one of the following statuses: Down ,Non Responsive or Maintenance.',
    );
  if (row.status === 'installing')
    throw refused(409, `Cannot ${operation} Host. Related operation is currently in progress. Please try again later.`);
  if (why.length > 0) throw refused(409, ...why);
}

/** One switch with its events; the host's status says what is being done, and goes back when it fails. */
async function operate(on: Asked, row: HostRow, action: 'start' | 'stop', during: HostStatus): Promise<FenceResult> {
  const { lab, db, correlationId } = on;
  const told = (code: number, outcome: string): void =>
    void tell(lab, db, {
      code,
      host: row,
      correlationId,
      text: `Power management ${action} of Host ${row.name} ${outcome}.`,
    });
  told(9017, 'initiated');
  const before = row.status;
  row.status = during;
  // Nor does the engine look at a host whose power it is switching.
  if (during === 'reboot') row.bootsUntil = lab.clock.now() + seconds.reboot * 1000;
  if (action === 'stop') releaseSpm(on, row);
  const result = await usePower(on, row, action);
  if (result.outcome === 'success') {
    told(9018, 'succeeded');
    row.powerUsed = { ...row.powerUsed, [action]: lab.clock.now() };
    if (action === 'stop') clearVms(on, row);
    lab.changed(`host ${row.name}: ${action} by power management`);
    return result;
  }
  told(9019, 'failed');
  row.status = before;
  if (result.outcome === 'error') {
    tell(lab, db, {
      code: 9002,
      host: row,
      correlationId,
      text: `Failed to power fence host ${row.name}. Please check the host status and it's power management settings, and then manually reboot it and click "Confirm Host Has Been Rebooted"`,
    });
  }
  return result;
}

/** The pool is free for another host at once. */
function releaseSpm(on: Fencing, row: HostRow): void {
  const spm = dataCenterOf(on.db, row)?.spm;
  if (spm?.hostId === row.id) Object.assign(spm, { hostId: undefined, state: 'none', since: on.lab.clock.now() });
}

/** The engine does not look at a host that boots until the time for it is over. */
function awaitBoot(on: Fencing, row: HostRow, status: HostStatus): void {
  row.status = status;
  row.lostAt = undefined;
  row.bootsUntil = on.lab.clock.now() + seconds.reboot * 1000;
}

/** Stop, what was on it is down, start; gives how the last step ended. */
export async function restartByPower(on: Asked, row: HostRow): Promise<FenceResult> {
  const resting = row.status === 'maintenance';
  const stopped = await operate(on, row, 'stop', 'reboot');
  if (stopped.outcome !== 'success') {
    row.status = 'non_responsive';
    return stopped;
  }
  tell(on.lab, on.db, {
    code: 539,
    host: row,
    correlationId: on.correlationId,
    text: `Auto fence for host ${row.name} was started.`,
  });
  const started = await operate(on, row, 'start', 'reboot');
  if (started.outcome === 'success') {
    row.powerUsed = { ...row.powerUsed, restart: on.lab.clock.now() };
    awaitBoot(on, row, resting ? 'maintenance' : 'reboot');
  } else row.status = 'non_responsive';
  return started;
}

const said: Readonly<Record<Operation, { ok: number; failed: number; past: string }>> = {
  start: { ok: 20, failed: 118, past: 'started' },
  stop: { ok: 21, failed: 137, past: 'stopped' },
  restart: { ok: 41, failed: 107, past: 'restarted' },
};

/** Starts, stops or restarts a host by its agents; the answer comes when it is done. */
export async function fenceHost(call: Call, row: HostRow, operation: Operation): Promise<Job> {
  const { lab, db, run, correlationId } = call;
  const user = userName(call.user);
  const on: Asked = { lab, db, run, correlationId, user, sparesLiveLeases: false };
  validate(call, on, row, operation);
  const word = { start: 'Starting', stop: 'Stopping', restart: 'Restarting' }[operation];
  const job = startJob(lab, db, { description: `${word} Host ${row.name}`, correlationId });
  const before = row.status;
  const result =
    operation === 'restart'
      ? await restartByPower(on, row)
      : await operate(on, row, operation, operation === 'stop' ? 'down' : before === 'maintenance' ? before : 'reboot');
  const ok = result.outcome === 'success';
  if (ok && operation === 'start') awaitBoot(on, row, before === 'maintenance' ? before : 'reboot');
  const { past, ...codes } = said[operation];
  tell(lab, db, {
    code: ok ? codes.ok : codes.failed,
    host: row,
    correlationId,
    user,
    text: ok ? `Host ${row.name} was ${past} by ${user}.` : `Failed to ${operation} Host ${row.name}, (User: ${user}).`,
  });
  endJob(lab, job, ok ? 'finished' : 'failed');
  if (!ok) throw refused(400, 'Power Management operation failed');
  return job;
}

const confirmable: readonly HostStatus[] = [
  'down',
  'install_failed',
  'maintenance',
  'non_operational',
  'non_responsive',
  'reboot',
  'installing',
  'connecting',
  'kdumping',
];

/** A person vouches that the host was rebooted: its VMs are down, the storage pool is free. */
export function confirmRebooted(call: Call, row: HostRow): void {
  const { lab, db, run, correlationId } = call;
  if (!confirmable.includes(row.status))
    throw refused(
      409,
      "Cannot confirm 'Host has been rebooted' Host. Valid Host statuses for this action are: Non Responsive, Maintenance, Down.",
    );
  const on: Fencing = { lab, db, run, correlationId, sparesLiveLeases: false };
  releaseSpm(on, row);
  clearVms(on, row);
  tell(lab, db, {
    code: 494,
    host: row,
    correlationId,
    user: userName(call.user),
    text: `Manual fence for host ${row.name} was started.`,
  });
  lab.changed(`host ${row.name} confirmed as rebooted`);
}

/** The cluster's fencing policy, as far as it decides here. */
export function fencingPolicy(on: Pick<Fencing, 'db'>, row: HostRow): { enabled: boolean; sparesLiveLeases: boolean } {
  const policy = on.db.clusters.get(row.clusterId)?.settings.fencing_policy as
    | { enabled?: boolean; skip_if_sd_active?: { enabled?: boolean } }
    | undefined;
  return { enabled: policy?.enabled !== false, sparesLiveLeases: policy?.skip_if_sd_active?.enabled === true };
}
