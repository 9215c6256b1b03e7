/** What the engine does by itself about a host that does not respond: vdsm over SSH, kdump, power. */

import { kdumpDetectable, kdumpsUntil } from '../../../ovirt/kdump.ts';
import type { Lab, LabHost } from '../../../types.ts';
import { fencingPolicy, mayFence, restartByPower } from '../commands/fence.ts';
import type { Fencing } from '../commands/fence-proxy.ts';
import { clearVms } from '../commands/restart-vms.ts';
import { usePower } from '../commands/use-power.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { agentsOf, powerOf } from '../database/fencing.ts';
import type { EngineRun } from '../run.ts';
import { vdsmAnswers } from './hosts.ts';

/** TimeoutToResetVdsInSeconds, KdumpStartedTimeout, FenceKdumpMessageInterval. */
const seconds = { soft: 60, kdumpStart: 30, kdumpMessage: 5 } as const;

/** Starts vdsm again over the engine's SSH; true when the host answers soon after. */
async function softFence(on: Fencing, row: HostRow, machine: LabHost | undefined): Promise<boolean> {
  if (agentsOf(on.db, row).length > 0 && (await usePower(on, row, 'status')).power === 'off') return false;
  if (machine?.power !== 'on' || machine.units.status('vdsmd.service').loadState !== 'loaded') return false;
  await machine.units.restart('vdsmd.service').catch(() => undefined);
  for (let passed = 0; passed < seconds.soft; passed += 3) {
    if (vdsmAnswers(machine)) {
      tell(on.lab, on.db, { code: 75, host: row, text: `Soft fencing on host ${row.name} was successful.` });
      return true;
    }
    await on.run.sleep(3);
  }
  return false;
}

/** Waits for a crash dump that is being written; true when the host has finished one and boots by itself. */
async function kdumped(on: Fencing, row: HostRow, machine: LabHost | undefined): Promise<boolean> {
  if (!powerOf(row).kdumpDetection || !machine || !kdumpDetectable(machine)) return false;
  for (let passed = 0; passed <= seconds.kdumpStart; passed += seconds.kdumpMessage) {
    if (kdumpsUntil(machine) !== undefined) {
      tell(on.lab, on.db, { code: 614, host: row, text: `Kdump flow is in progress on host ${row.name}.` });
      row.status = 'kdumping';
      clearVms(on, row);
      tell(on.lab, on.db, { code: 539, host: row, text: `Auto fence for host ${row.name} was started.` });
      while ((kdumpsUntil(machine) ?? 0) > on.lab.clock.now()) await on.run.sleep(seconds.kdumpMessage);
      row.status = 'non_responsive';
      tell(on.lab, on.db, { code: 616, host: row, text: `Kdump flow finished on host ${row.name}.` });
      return true;
    }
    await on.run.sleep(seconds.kdumpMessage);
  }
  tell(on.lab, on.db, { code: 615, host: row, text: `Kdump flow is not in progress on host ${row.name}.` });
  return false;
}

async function treat(on: Fencing, row: HostRow): Promise<void> {
  const { lab, db } = on;
  const alert = (code: number, text: string): void => void tell(lab, db, { code, host: row, text });
  const machine = machineAt(lab, row.address);
  if (!mayFence(on, row)) {
    alert(
      9003,
      `Host ${row.name} became non responsive. Fence operation skipped as the system is still initializing and this is not a host where hosted engine was running on previously.`,
    );
    return;
  }
  const policy = fencingPolicy(on, row);
  if (!policy.enabled) {
    alert(
      9015,
      `Host ${row.name} became Non Responsive and was not restarted due to disabled fencing in the Cluster Fencing Policy.`,
    );
    return;
  }
  if (await softFence(on, row, machine)) return;
  if (!powerOf(row).enabled) return;
  if (await kdumped(on, row, machine)) return;
  if (row.status !== 'non_responsive') return;
  const result = await restartByPower({ ...on, sparesLiveLeases: policy.sparesLiveLeases }, row);
  if (result.outcome === 'skipped') {
    alert(9014, `Host ${row.name} became non responsive and was not restarted due to the Cluster Fencing Policy.`);
    return;
  }
  const ok = result.outcome === 'success';
  alert(
    ok ? 121 : 122,
    ok
      ? `Host ${row.name} was restarted by the engine.`
      : `A restart initiated by the engine to Host ${row.name} has failed.`,
  );
  alert(ok ? 14 : 19, `Host ${row.name} ${ok ? 'is rebooting' : 'failed to recover'}.`);
}

/** Treats each host once after it has become non responsive. */
export function treatNonResponsive(lab: Lab, db: EngineDatabase, run: EngineRun): void {
  for (const row of db.hosts.values()) {
    if (row.status !== 'non_responsive') {
      if (row.status === 'up') row.treated = undefined;
      continue;
    }
    if (row.treated) continue;
    row.treated = true;
    run.inBackground(() => treat({ lab, db, run, sparesLiveLeases: false }, row));
  }
}
