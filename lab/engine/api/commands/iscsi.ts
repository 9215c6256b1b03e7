/** What a host does about iSCSI targets when a client asks for it. */
import { discover, ISCSI_PORT, PORTAL_GROUP, sessionsOf } from '../../../kernel/iscsi.ts';
import { uuid } from '../../../ovirt/ids.ts';
import type { TargetAddress } from '../../../ovirt/vdsm/iscsi-servers.ts';
import { connectTarget } from '../../../ovirt/vdsm/iscsi-servers.ts';
import type { LabHost, Lun } from '../../../types.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { incomplete, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { number, part, text } from '../wire/values.ts';
import { troubleTexts } from './storage-connections.ts';
import { storageTimes } from './storage-times.ts';

/** Virtual seconds until open-iscsi gives up on a portal that does not answer. */
const LOGIN_PATIENCE = 120;

function workingMachine(call: Call, row: HostRow): LabHost {
  const machine = machineAt(call.lab, row.address);
  if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
  return machine;
}

function lacking(call: Call, action: string, names: readonly string[]): void {
  const iscsi = part(call.body, 'iscsi');
  const missing = names.filter((name) => !text(iscsi, name)).map((name) => `iscsi.${name}`);
  if (missing.length > 0) throw incomplete(`Action [${missing.join(', ')}] required for ${action}`);
}

/** The host logs in to a target, or the request is refused in the words of vdsm. */
export async function logHostIn({ run }: Call, machine: LabHost, to: TargetAddress): Promise<void> {
  await run.sleep(storageTimes.connect);
  const trouble = connectTarget(machine, to);
  if (trouble === undefined) return;
  if (trouble === 'iSCSISetupError') await run.sleep(LOGIN_PATIENCE);
  throw refused(400, troubleTexts[trouble]);
}

/** A target as a logical unit or an action describes it. */
export const targetIn = (body: Entity): TargetAddress => ({
  iqn: text(body, 'target') ?? '',
  address: text(body, 'address') ?? '',
  port: number(body, 'port') ?? ISCSI_PORT,
  username: text(body, 'username'),
  password: text(body, 'password'),
});

export async function iscsiLogin(call: Call, row: HostRow): Promise<void> {
  lacking(call, 'iscsiLogin', ['address', 'target']);
  await logHostIn(call, workingMachine(call, row), targetIn(part(call.body, 'iscsi') ?? {}));
  call.lab.changed(`host ${row.name} logged in to an iSCSI target`);
}

/** The targets that a portal names to the host, once for each way to them. */
export async function iscsiDiscover(call: Call, row: HostRow): Promise<Entity> {
  lacking(call, 'iscsiDiscover', ['address']);
  const { address, port } = targetIn(part(call.body, 'iscsi') ?? {});
  await call.run.sleep(storageTimes.connect);
  const found = discover(workingMachine(call, row), address, port);
  if (!found) throw refused(400, 'Failed discovery of iSCSI targets');
  const ways = found.flatMap(({ iqn, portals }) => portals.map((portal) => ({ iqn, ...portal })));
  return {
    iscsi_targets: ways.map(({ iqn }) => iqn),
    discovered_targets: ways.map((one) => ({
      address: one.address,
      port: one.port,
      portal: `${one.address}:${one.port},${PORTAL_GROUP}`,
      target: one.iqn,
    })),
  };
}

/** Keeps how the host has reached a LUN, so that other hosts can: a connection for each of its sessions. */
export function keepSessions({ lab, db }: Call, machine: LabHost, lun: Lun): string[] {
  const sessions = sessionsOf(machine).filter(({ target }) => target.luns.includes(lun));
  return sessions.map(({ target, portal, credentials: { username, password } }) => {
    const { address, port } = portal;
    const known = [...db.storageConnections.values()].find(
      (row) => row.type === 'iscsi' && row.address === address && row.port === port && row.target === target.iqn,
    );
    const id = known?.id ?? uuid(lab);
    if (!known)
      db.storageConnections.set(id, { id, type: 'iscsi', address, port, target: target.iqn, username, password });
    return id;
  });
}
