import type { EngineDatabase, HostRow } from './database.ts';

/** A way to switch the power of a host, in the order in which they are tried. */
export interface FenceAgentRow {
  readonly id: string;
  readonly hostId: string;
  address: string;
  order: number;
  type: string;
  username: string;
  password: string;
  port?: number | undefined;
  encryptOptions: boolean;
  options: readonly { readonly name: string; readonly value: string }[];
}

export interface PowerManagement {
  enabled: boolean;
  kdumpDetection: boolean;
  automatic: boolean;
  proxies: readonly string[];
}

export const usualPower: PowerManagement = { enabled: false, kdumpDetection: true, automatic: true, proxies: [] };

export const powerOf = (row: HostRow): PowerManagement => row.power ?? usualPower;

export const agentsOf = (db: EngineDatabase, row: HostRow): FenceAgentRow[] =>
  [...db.fenceAgents.values()].filter((one) => one.hostId === row.id).sort((a, b) => a.order - b.order);

/** VdsFenceType of 4.3. */
export const agentTypes: readonly string[] =
  'apc apc_snmp bladecenter cisco_ucs drac5 drac7 eps hpblade ilo ilo2 ilo3 ilo4 ilo_ssh ipmilan rsa rsb wti'.split(
    ' ',
  );

const realTypes: Readonly<Record<string, string>> = { drac7: 'ipmilan', ilo2: 'ilo' };
const defaults: Readonly<Record<string, readonly string[]>> = {
  drac7: ['privlvl=OPERATOR', 'lanplus=1', 'delay=10'],
  ilo3: ['power_wait=4'],
  ilo4: ['power_wait=4'],
  ilo_ssh: ['secure=1'],
};
/** Names that an agent's program has for options of the engine. */
const named: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  apc: { port: 'ipport', slot: 'port' },
  drac5: { slot: 'port' },
  ilo: { port: 'ipport' },
  ilo_ssh: { port: 'ipport' },
};

/** The agent as its program knows it: type, and options as lines. */
export function realAgent(agent: FenceAgentRow): { type: string; options: string[] } {
  const own = agent.options.map(({ name, value }) => `${named[agent.type]?.[name] ?? name}=${value}`);
  const usual = (defaults[agent.type] ?? []).filter(
    (line) => !agent.options.some(({ name }) => line.startsWith(`${name}=`)),
  );
  return { type: realTypes[agent.type] ?? agent.type, options: [...own, ...usual] };
}
