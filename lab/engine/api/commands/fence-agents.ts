import { uuid } from '../../../ovirt/ids.ts';
import type { HostRow } from '../database/database.ts';
import { agentsOf, agentTypes, type FenceAgentRow, type PowerManagement, powerOf } from '../database/fencing.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import type { Call } from '../routing/call.ts';
import { notGiven, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, number, part, text } from '../wire/values.ts';

const mandatory = ['order', 'address', 'type', 'username', 'password'] as const;

/** Options as the engine keeps them: a port is one of them too, and their order is lost. */
function optionsOf(body: Entity): FenceAgentRow['options'] | undefined {
  const port = number(body, 'port');
  if (!isList(body.options) && port === undefined) return undefined;
  const given = (isList(body.options) ? body.options : []).filter(isEntity).map((one) => ({
    name: text(one, 'name') ?? '',
    value: text(one, 'value') ?? '',
  }));
  const own = given.filter(({ name }) => name !== 'port' || port === undefined).reverse();
  return port === undefined ? own : [{ name: 'port', value: String(port) }, ...own];
}

function checkType(type: string, doing: 'add' | 'edit'): void {
  if (!agentTypes.includes(type))
    throw refused(409, `Cannot ${doing} Fence Agent. Selected Power Management Agent is not supported.`);
}

/** Adds an agent to a host. Nobody tries it; the same one may be there several times. */
export function addFenceAgent(call: Call, row: HostRow): FenceAgentRow {
  const { lab, db, body } = call;
  const missing = mandatory.find((name) => body[name] === undefined);
  if (missing) throw notGiven(`Parameter 'agent.${missing}' is mandatory but was not provided.`);
  const type = text(body, 'type') ?? '';
  checkType(type, 'add');
  const agent: FenceAgentRow = {
    id: uuid(lab),
    hostId: row.id,
    address: text(body, 'address') ?? '',
    order: number(body, 'order') ?? 1,
    type,
    username: text(body, 'username') ?? '',
    password: text(body, 'password') ?? '',
    port: number(body, 'port'),
    encryptOptions: flag(body, 'encrypt_options') ?? false,
    options: optionsOf(body) ?? [],
  };
  db.fenceAgents.set(agent.id, agent);
  lab.changed(`fence agent of host ${row.name} added`);
  return agent;
}

export function updateFenceAgent(call: Call, agent: FenceAgentRow): FenceAgentRow {
  const { body } = call;
  checkType(text(body, 'type') ?? agent.type, 'edit');
  agent.address = text(body, 'address') ?? agent.address;
  agent.order = number(body, 'order') ?? agent.order;
  agent.type = text(body, 'type') ?? agent.type;
  agent.username = text(body, 'username') ?? agent.username;
  agent.password = text(body, 'password') ?? agent.password;
  agent.port = number(body, 'port') ?? agent.port;
  agent.encryptOptions = flag(body, 'encrypt_options') ?? agent.encryptOptions;
  agent.options = optionsOf(body) ?? agent.options;
  call.lab.changed(`fence agent ${agent.id} updated`);
  return agent;
}

/** Removes an agent; the last one stays as long as power management is enabled. */
export function removeFenceAgent(call: Call, row: HostRow, agent: FenceAgentRow): Job {
  const { lab, db, correlationId } = call;
  if (powerOf(row).enabled && agentsOf(db, row).length === 1)
    throw refused(409, 'Cannot Remove last Fence-Agent when Power Management is enabled for the Host.');
  const job = startJob(lab, db, { description: `Removing Fence Agent of Host ${row.name}`, correlationId });
  db.fenceAgents.delete(agent.id);
  lab.changed(`fence agent of host ${row.name} removed`);
  endJob(lab, job, 'finished');
  return job;
}

/** What a host's power management becomes by a body: what it names is changed. Without an agent it cannot be enabled. */
export function wantedPower(call: Call, row: HostRow): PowerManagement {
  const before = powerOf(row);
  const given = part(call.body, 'power_management');
  if (!given) return before;
  const proxies = isList(given.pm_proxies)
    ? given.pm_proxies.filter(isEntity).map((one) => text(one, 'type') ?? '')
    : before.proxies;
  const power: PowerManagement = {
    enabled: flag(given, 'enabled') ?? before.enabled,
    kdumpDetection: flag(given, 'kdump_detection') ?? before.kdumpDetection,
    automatic: flag(given, 'automatic_pm_enabled') ?? before.automatic,
    proxies,
  };
  if (power.enabled && agentsOf(call.db, row).length === 0)
    throw refused(400, 'Cannot edit Host. Power Management is enabled for Host but no Agent type selected.');
  return power;
}
