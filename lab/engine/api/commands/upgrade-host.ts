import type { LabHost } from '../../../types.ts';
import type { HostRow, HostStatus } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { readStatistics, vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import { flag } from '../wire/values.ts';
import { deactivateHost, tellAgents } from './host-actions.ts';

/** Virtual seconds: between two looks at a host on its way to maintenance, and ServerRebootTimeout of 4.3. */
const seconds = { look: 3, reboot: 300 } as const;

/** Statuses in which the engine logs in for that. */
const reachable = new Set<HostStatus>(['up', 'non_operational', 'maintenance']);
/** How many packages a message names. */
const NAMED = 10;

/** Packages that yum would update; an error when the repositories cannot be read. */
async function updates(machine: LabHost | undefined): Promise<string[]> {
  if (machine?.power !== 'on') throw new Error('Failed to connect to the host via ssh');
  const done = await machine.run(['/usr/bin/yum', '-q', 'check-update']);
  if (done.code === 0) return [];
  if (done.code !== 100) throw new Error(done.stderr.trim().split('\n').at(-1) ?? 'yum failed');
  return done.stdout
    .split('\n')
    .map((line) => /^(\S+)\.\w+ /.exec(line)?.[1])
    .filter((name) => name !== undefined);
}

function found(names: readonly string[]): string {
  if (names.length === 0) return 'no updates found.';
  const named = names.slice(0, NAMED).join(', ');
  const others =
    names.length > NAMED ? ` and ${names.length - NAMED} others. To see all packages check engine.log.` : '';
  return `found updates for packages ${named}${others}`;
}

/** Asks a host for updates behind the answer; events tell the result, and `update_available` keeps it. */
export function checkForUpgrade(call: Call, row: HostRow): void {
  const { lab, db, run, correlationId } = call;
  if (!reachable.has(row.status)) {
    throw refused(
      409,
      'Cannot check for upgrade Host. Valid Host statuses for upgrade check are Up or Non-Operational.',
    );
  }
  const about = { host: row, correlationId, user: userName(call.user) };
  const failed = `Failed to check for available updates on host ${row.name}`;
  tell(lab, db, { ...about, code: 884, text: `Started to check for available updates on host ${row.name}.` });
  if (row.lookingForUpdates) {
    tell(lab, db, { ...about, code: 886, text: `${failed}: Another process is already running.` });
    return;
  }
  row.lookingForUpdates = true;
  run.inBackground(async () => {
    try {
      await run.sleep(2);
      const names = await updates(machineAt(lab, row.address));
      row.updateAvailable = names.length > 0;
      const text = `Check for available updates on host ${row.name} was completed successfully with message '${found(names)}'.`;
      if (!run.ended) tell(lab, db, { ...about, code: 885, text });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!run.ended) tell(lab, db, { ...about, code: 839, text: `${failed} with message '${why}'.` });
    } finally {
      row.lookingForUpdates = undefined;
    }
  });
}

/** The host has gone to maintenance, as it was told to; false when it ended elsewhere. */
async function rests({ run }: Call, row: HostRow): Promise<boolean> {
  while (row.status === 'preparing_for_maintenance') await run.sleep(seconds.look);
  return row.status === 'maintenance';
}

/** All packages are updated; gives why that failed. */
async function updatePackages(machine: LabHost | undefined): Promise<string | undefined> {
  if (machine?.power !== 'on') return 'Failed to connect to the host via ssh';
  const done = await machine.run(['/usr/bin/yum', '-y', 'update']);
  return done.code === 0 ? undefined : (done.stderr.trim().split('\n').at(-1) ?? 'yum failed');
}

/** Brings a host that was upgraded back to where it was before; a reboot is not looked at until its time is over. */
function comeBack(call: Call, row: HostRow, machine: LabHost, before: HostStatus, reboot: boolean): void {
  const { lab, db } = call;
  const resting = before === 'maintenance';
  // Its own HA maintenance began with the deactivation, and is kept on its disk over the reboot.
  const manual = !resting && row.ha?.configured === true && !tellAgents(machine, false);
  const done = { host: row, correlationId: call.correlationId, user: userName(call.user) };
  if (manual) {
    const text = `Host ${row.name} upgrade was completed successfully, but the Hosted Engine HA service may still be in maintenance mode. If necessary, please correct this manually.`;
    tell(lab, db, { ...done, code: 890, text });
  }
  if (reboot) {
    tell(lab, db, { ...done, code: 888, text: `Upgrade was successful and host ${row.name} will be rebooted.` });
    row.status = resting ? 'maintenance' : 'reboot';
    row.bootsUntil = lab.clock.now() + seconds.reboot * 1000;
    row.lostAt = undefined;
    lab.changed(`host ${row.name} rebooted by the engine`);
    void machine.reboot();
    return;
  }
  if (!manual) tell(lab, db, { ...done, code: 842, text: `Host ${row.name} upgrade was completed successfully.` });
  if (vdsmAnswers(machine)) readStatistics(row, machine);
  row.status = resting ? 'maintenance' : 'initializing';
}

/**
 * Upgrades a host behind the answer: to maintenance, all updates, a reboot unless that is not wanted, and back to the
 * status that it had (engine: UpgradeHostCommand). Refused while no look has found updates.
 */
export function upgradeHost(call: Call, row: HostRow): Job {
  const { lab, db, run, correlationId } = call;
  if (!reachable.has(row.status)) {
    throw refused(
      409,
      'Cannot upgrade Host. Valid Host statuses for upgrade are Up, Maintenance, and Non-Operational.',
    );
  }
  if (row.updateAvailable !== true) {
    throw refused(409, 'Cannot upgrade Host. There are no available updates for the host.');
  }
  const before = row.status;
  if (before !== 'maintenance') deactivateHost(call, row);
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Upgrading Host ${row.name}`, correlationId });
  const about = { host: row, correlationId, user };
  tell(lab, db, { ...about, code: 840, text: `Host ${row.name} upgrade was started (User: ${user}).` });
  const fail = (why: string): void => {
    tell(lab, db, { ...about, code: 841, text: `Failed to upgrade Host ${row.name} (User: ${user}). ${why}.` });
    endJob(lab, job, 'failed');
  };
  run.inBackground(async () => {
    if (!(await rests(call, row))) return fail('The host did not go to maintenance');
    const machine = machineAt(lab, row.address);
    row.status = 'installing';
    const trouble = await updatePackages(machine);
    if (run.ended) return;
    if (machine === undefined || trouble !== undefined) {
      row.status = 'install_failed';
      return fail(trouble ?? 'Failed to connect to the host via ssh');
    }
    row.updateAvailable = false;
    lab.changed(`host ${row.name} upgraded`);
    comeBack(call, row, machine, before, flag(call.body, 'reboot') ?? true);
    endJob(lab, job, 'finished');
  });
  return job;
}
