import { haStats } from '../../../ovirt/ha/stats.ts';
import { paths } from '../../../ovirt/paths.ts';
import type { Lab, LabHost } from '../../../types.ts';
import { forgetLost } from '../database/attachments.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { giveCpuType, machineAt } from '../database/database.ts';
import { tell } from '../database/events.ts';
import { powerOf } from '../database/fencing.ts';
import { vmsOn } from '../database/placement.ts';
import { missingNetworks, refuseForNetworks } from './required-networks.ts';
import { connectHost, connectHostToServers, missingDomains, refuseHost, releaseHost } from './storage.ts';

/** Virtual seconds: how long a silent host stays `connecting`, how often its statistics are read. */
const GRACE = 80;
const STATISTICS = 15;

/** True when vdsm on the machine answers the engine, which it does only with certificates of this engine. */
export function vdsmAnswers(host: LabHost | undefined): host is LabHost {
  return host?.power === 'on' && host.fs.exists(paths.vdsmcert) && host.units.isActive('vdsmd.service');
}

/** Reads a host's statistics; what the engine shows of HA is as old as this. */
export function readStatistics(row: HostRow, host: LabHost): void {
  row.ha = haStats(host);
  row.statisticsAt = host.lab.clock.now();
}

/** Nothing is known of the VMs of a host that does not respond. */
function loseVms(lab: Lab, db: EngineDatabase, row: HostRow): void {
  for (const vm of db.vms.values()) {
    if (vm.hostId !== row.id) continue;
    const text = `VM ${vm.name} was set to the Unknown status.`;
    tell(lab, db, { code: 142, vm: { id: vm.id, name: vm.name }, text });
  }
}

function lost(lab: Lab, db: EngineDatabase, row: HostRow): void {
  const now = lab.clock.now();
  row.lostAt ??= now;
  if (row.status === 'up' || row.status === 'non_operational') {
    row.status = 'connecting';
    tell(lab, db, {
      code: 9008,
      host: row,
      text: `Host ${row.name} is not responding. It will stay in Connecting state for a grace period of ${GRACE} seconds and after that an attempt to fence the host will be issued.`,
    });
  } else if (now - row.lostAt >= GRACE * 1000) {
    row.status = 'non_responsive';
    loseVms(lab, db, row);
    tell(lab, db, { code: 12, host: row, text: `Host ${row.name} is non responsive.` });
    if (powerOf(row).enabled) return;
    tell(lab, db, {
      code: 9027,
      host: row,
      text: `Host ${row.name} is not responding. Host cannot be fenced automatically because power management for the host is disabled.`,
    });
  }
}

function answered(lab: Lab, db: EngineDatabase, row: HostRow, host: LabHost): void {
  row.lostAt = undefined;
  switch (row.status) {
    case 'unassigned':
    case 'non_responsive':
      row.status = 'initializing';
      return;
    case 'initializing': {
      forgetLost(db, row, host);
      connectHostToServers(db, row, host);
      const missing = missingDomains(lab, db, row, host);
      if (missing.length > 0) {
        refuseHost(lab, db, row, missing);
        return;
      }
      const lacking = missingNetworks(lab, db, row, host);
      if (lacking.length > 0) {
        refuseForNetworks(lab, db, row, lacking);
        return;
      }
      connectHost(lab, db, row, host);
      row.status = 'up';
      giveCpuType(host.lab, db, row);
      row.statusDetail = undefined;
      readStatistics(row, host);
      tell(lab, db, { code: 13, host: row, text: `Status of host ${row.name} was set to Up.` });
      return;
    }
    case 'connecting':
      row.status = 'up';
      break;
    default:
      break;
  }
  if (lab.clock.now() - (row.statisticsAt ?? 0) >= STATISTICS * 1000) readStatistics(row, host);
}

/** One look at a host. Hosts in maintenance, being installed or failed in it are left alone. */
export function watchHost(lab: Lab, db: EngineDatabase, row: HostRow): void {
  const host = machineAt(lab, row.address);
  switch (row.status) {
    case 'maintenance':
    case 'down':
    case 'kdumping':
    case 'installing':
    case 'install_failed':
      return;
    case 'preparing_for_maintenance':
      if (vmsOn(lab, db, row).length === 0) {
        row.status = 'maintenance';
        if (host) releaseHost(lab, db, row, host);
      }
      if (vdsmAnswers(host)) readStatistics(row, host);
      return;
    case 'reboot':
      if (lab.clock.now() >= (row.bootsUntil ?? 0)) row.status = 'non_responsive';
      return;
    case 'non_responsive':
      if (vdsmAnswers(host)) answered(lab, db, row, host);
      return;
    default:
      if (vdsmAnswers(host)) answered(lab, db, row, host);
      else lost(lab, db, row);
  }
}
