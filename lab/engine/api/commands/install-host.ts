import { joinHostedEngine, leaveHostedEngine } from '../../../ovirt/ha/host.ts';
import { deployHost } from '../../../ovirt/host-deploy.ts';
import { integrateKdump } from '../../../ovirt/kdump.ts';
import { anyStorage } from '../../../ovirt/storage.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { powerOf } from '../database/fencing.ts';
import type { Job } from '../database/jobs.ts';
import { endJob } from '../database/jobs.ts';
import { readStatistics, vdsmAnswers } from '../monitor/hosts.ts';
import type { EngineRun } from '../run.ts';
import { EngineGone } from '../run.ts';

export interface Installation {
  readonly row: HostRow;
  readonly machine: LabHost;
  readonly hostedEngine: 'deploy' | 'undeploy' | undefined;
  /** Goes on to `up`; otherwise the host stays in maintenance. */
  readonly activate: boolean;
  readonly correlationId: string;
  readonly user: string;
  readonly job: Job;
}

/** The stages of host-deploy that the engine reports, as far as they come before the work. */
const opening = ['Initializing', 'Environment setup', 'Environment packages setup', 'Programs detection'] as const;

/** The installation has failed for a reason that the engine reports. */
class InstallationFailed extends Error {}

async function packages(one: Installation): Promise<void> {
  const names = ['ovirt-host', ...(one.hostedEngine === 'deploy' ? ['ovirt-hosted-engine-setup'] : [])];
  const done = await one.machine.run(['/usr/bin/yum', '-y', 'install', ...names]);
  if (done.code === 0) return;
  const why = `${done.stdout}${done.stderr}`.trim().split('\n').at(-1) ?? '';
  throw new InstallationFailed(`Command returned failure code ${done.code} during SSH session. Yum: ${why}`);
}

const nicOf = (machine: LabHost): string =>
  [...machine.network.interfaces.values()].find((nic) => nic.addresses.some((a) => a.address === machine.address))
    ?.name ?? 'em1';

async function carryOut(lab: Lab, db: EngineDatabase, run: EngineRun, one: Installation): Promise<void> {
  const { row, machine, correlationId } = one;
  const stage = (text: string): void => {
    tell(lab, db, {
      code: 509,
      host: row,
      correlationId,
      user: one.user,
      text: `Installing Host ${row.name}. ${text}.`,
    });
  };
  await run.sleep(2);
  stage(`Connected to host ${row.address} with SSH`);
  for (const name of opening) {
    await run.sleep(1);
    stage(`Stage: ${name}`);
  }
  stage('Stage: Package installation');
  await packages(one);
  await run.sleep(1);
  stage('Stage: Misc configuration');
  const trouble = await deployHost(machine, {
    bridgeOn: nicOf(machine),
    gateway: lab.gateway,
    sleep: (seconds) => run.sleep(seconds),
    changed: (what) => lab.changed(what),
  });
  const { enabled, kdumpDetection } = powerOf(row);
  if (enabled && kdumpDetection) integrateKdump(machine);
  if (trouble !== undefined) throw new InstallationFailed(trouble.replace(/^code \d+: /, '').replace(/,$/, ''));
  if (one.hostedEngine === 'deploy') {
    const storage = anyStorage(lab);
    if (!storage) throw new InstallationFailed('The hosted engine storage domain is not available');
    stage('Updating hosted-engine configuration');
    await joinHostedEngine(machine, storage, row.spmId);
    lab.changed(`hosted engine deployed on ${machine.name}`);
  }
  if (one.hostedEngine === 'undeploy') {
    stage('Removing hosted-engine configuration');
    await leaveHostedEngine(machine);
    lab.changed(`hosted engine undeployed from ${machine.name}`);
  }
  await run.sleep(2);
  stage('Stage: Termination');
}

/** Installs a host over SSH as the engine does; its row ends `initializing`, in maintenance or failed. */
export async function installHost(lab: Lab, db: EngineDatabase, run: EngineRun, one: Installation): Promise<void> {
  const { row, correlationId } = one;
  row.status = 'installing';
  row.statusDetail = undefined;
  try {
    await carryOut(lab, db, run, one);
  } catch (error) {
    if (error instanceof EngineGone) throw error;
    const why = error instanceof Error ? error.message : String(error);
    row.status = 'install_failed';
    tell(lab, db, {
      code: 505,
      host: row,
      correlationId,
      user: one.user,
      text: `Host ${row.name} installation failed. ${why}.`,
    });
    endJob(lab, one.job, 'failed');
    lab.changed(`host ${row.name} failed to install`);
    return;
  }
  if (run.ended) throw new EngineGone();
  db.image.hosts.set(row.name, {
    address: row.address,
    spmId: row.spmId,
    hostedEngine: one.hostedEngine === 'deploy' || (one.hostedEngine === undefined && row.ha?.configured === true),
  });
  if (vdsmAnswers(one.machine)) readStatistics(row, one.machine);
  row.status = one.activate ? 'initializing' : 'maintenance';
  tell(lab, db, { code: 504, host: row, correlationId, user: one.user, text: `Host ${row.name} installed` });
  endJob(lab, one.job, 'finished');
  lab.changed(`host ${row.name} installed`);
}
