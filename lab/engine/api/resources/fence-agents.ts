import { addFenceAgent, removeFenceAgent, updateFenceAgent } from '../commands/fence-agents.ts';
import type { HostRow } from '../database/database.ts';
import type { FenceAgentRow } from '../database/fencing.ts';
import { agentsOf } from '../database/fencing.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

/** An agent as it is shown: never with its password. */
const agentResource = (agent: FenceAgentRow): Resource => ({
  type: 'agent',
  service: 'fence_agent',
  path: `/hosts/${agent.hostId}/fenceagents/${agent.id}`,
  entity: {
    address: agent.address,
    encrypt_options: agent.encryptOptions,
    options: agent.options.map(({ name, value }) => ({ name, value })),
    order: agent.order,
    ...(agent.port === undefined ? {} : { port: agent.port }),
    type: agent.type,
    username: agent.username,
    host: { id: agent.hostId },
  },
});

function hostOf(call: Call): HostRow {
  const row = call.db.hosts.get(call.route.ids[0] ?? '');
  if (!row) throw unknownId();
  return row;
}

function existing(call: Call): FenceAgentRow {
  const found = agentsOf(call.db, hostOf(call)).find((agent) => agent.id === call.route.ids[1]);
  if (!found) throw unknownId();
  return found;
}

export const fenceAgents: Readonly<Record<string, Handler>> = {
  list: (call) => many('agent', agentsOf(call.db, hostOf(call)).map(agentResource)),
  add: (call) => created(agentResource(addFenceAgent(call, hostOf(call)))),
};

export const fenceAgent: Readonly<Record<string, Handler>> = {
  get: (call) => one(agentResource(existing(call))),
  update: (call) => one(agentResource(updateFenceAgent(call, existing(call)))),
  remove: (call) => removed(call, removeFenceAgent(call, hostOf(call), existing(call))),
};
