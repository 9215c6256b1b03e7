import type { EngineVm } from '../../connectors/engine/model/vm.ts';
import { hostName } from '../engine/hosts.ts';
import type { Verdict } from '../hosted-engine/preflight/checks.ts';
import { powerWords } from '../power/words.ts';
import { type FailoverFacts, type FailoverHost, gib, isHighlyAvailable } from './facts.ts';
import type { FailoverSeat } from './params.ts';

/** Whether a VM would be restarted when its host fails: HA on, a way to know that the host is dead, another one with room. */
export function judgeVm(vm: EngineVm, { hosts }: FailoverFacts, verdict: Verdict): FailoverSeat | undefined {
  const { name, lease, memory = 0, high_availability: ha } = vm;
  const available = verdict.demand(
    isHighlyAvailable(vm),
    `VM ${name} is not highly available: nobody restarts it when its host fails`,
    'Describe highAvailability of it in the inventory and run createHaVm, or set it in the portal (Edit, High Availability)',
  );
  const at = hosts.find(({ id }) => id === vm.host?.id);
  const up = verdict.demand(
    vm.status === 'up' && at !== undefined,
    `VM ${name} is ${vm.status}: only one that is up can prove anything`,
    'Start it, or wait until it is up',
  );
  if (!available || !up || at === undefined) return undefined;
  const leased =
    lease?.storage_domain === undefined ? 'without a lease: only after its host was fenced' : 'with a lease';
  verdict.seen(`VM ${name} is up on ${hostName(at)}, highly available with priority ${ha?.priority ?? '?'}, ${leased}`);
  const others = hosts.filter((one) => one !== at && one.status === 'up' && one.cluster?.id === vm.cluster?.id);
  const takers = others.filter((one) => hasRoom(one, memory));
  verdict.demand(
    others.length > 0,
    `no other host of its cluster is up: VM ${name} could not be restarted`,
    'Bring another host of the cluster up',
  );
  verdict.demand(
    others.length === 0 || takers.length > 0,
    `no other host has the ${gib(memory)} of memory that VM ${name} needs: ${others.map((one) => `${hostName(one)} has ${gib(one.max_scheduling_memory ?? 0)}`).join(', ')}`,
    'Free memory on one of them, or move other VMs',
  );
  if (takers.length > 0) verdict.seen(`VM ${name} could be restarted on ${takers.map(hostName).join(', ')}`);
  return { host: hostName(at), others: takers.map(hostName) };
}

/** Unless the engine can switch a host off it never knows that a host which is silent runs nothing any more. */
export function judgeFencing(host: FailoverHost, verdict: Verdict): void {
  const { power } = host;
  const name = hostName(host);
  if (power === undefined) {
    verdict.demand(
      false,
      `${name} cannot be fenced: its power management is off`,
      `Run configureFencing with {"host":"${name}"}`,
    );
    return;
  }
  const on = 'power' in power && power.power === 'on';
  const words = powerWords(name, power);
  if (on) verdict.seen(words);
  verdict.demand(
    on,
    `${name} could not be fenced now: ${words}`,
    `Look at its management controller; configureFencing with {"host":"${name}"} tests the agent and sets it anew`,
  );
}

const hasRoom = ({ max_scheduling_memory: room }: FailoverHost, memory: number): boolean =>
  room === undefined || room >= memory;
