import { hostName, isEngineVm } from '../engine/hosts.ts';
import { isDeployed } from '../hosted-engine/ha/read-host.ts';
import { enginePlace } from '../hosted-engine/ha/views.ts';
import type { Verdict } from '../hosted-engine/preflight/checks.ts';
import { type FailoverFacts, type FailoverHost, gib, isHighlyAvailable } from './facts.ts';
import type { FailoverSeat, Outage, SurveyFailover } from './params.ts';

/** Whether the datacentre bears it that the host of a VM loses its power now; nothing may be down for good afterwards. */
export function judgeOutage(
  seat: FailoverSeat,
  facts: FailoverFacts,
  { host: agreed }: SurveyFailover,
  verdict: Verdict,
): Outage | undefined {
  const host = facts.hosts.find((one) => hostName(one) === seat.host);
  if (host === undefined) return undefined;
  const name = hostName(host);
  judgeAgreed('the VM', name, agreed, verdict);
  const others = judgeCalm(host, facts, verdict);
  verdict.demand(
    !enginePlace(facts.ha).globalMaintenance,
    'global maintenance is set: nobody would restart the engine VM if another failure came',
    'When nobody works on the engine any more: hosted-engine --set-maintenance --mode=none',
  );
  judgeGuests(host, others, facts, verdict);
  const here = facts.ha.find((one) => one.name === name);
  return {
    ...seat,
    vms: guestsOf(host, facts)
      .filter((vm) => !isEngineVm(vm))
      .map((vm) => vm.name),
    spm: leads(host),
    hostedEngine: here?.sight !== undefined && isDeployed(here.sight),
  };
}

export const leads = ({ spm }: FailoverHost): boolean => spm?.status === 'spm';

/** People have agreed to the outage of one host, whatever has moved since. */
export function judgeAgreed(what: string, name: string, agreed: string | undefined, verdict: Verdict): void {
  verdict.demand(
    agreed === undefined || agreed === name,
    `${what} runs on ${name} now, not on ${agreed}, whose outage was agreed to`,
    'Let it be migrated back, then retry; or begin the run anew',
  );
}

/**
 * A host may fail only where it is up itself, and nothing else is in trouble.
 * @returns the other hosts of its cluster
 */
export function judgeCalm(host: FailoverHost, { hosts }: FailoverFacts, verdict: Verdict): readonly FailoverHost[] {
  const name = hostName(host);
  verdict.demand(
    host.inventoryName !== undefined && host.status === 'up',
    host.inventoryName === undefined ? `${name} is not in the inventory` : `${name} is ${host.status} in the engine`,
    'Only a host that is up, and can be looked at, is switched off',
  );
  const others = hosts.filter((one) => one !== host && one.cluster?.id === host.cluster?.id);
  for (const other of others.filter(({ status }) => !['up', 'maintenance'].includes(status))) {
    verdict.demand(
      false,
      `${hostName(other)} is ${other.status}: while one host is in trouble no other is switched off`,
      'Bring it up first',
    );
  }
  return others;
}

/** Everything that runs there has to come back by itself, and to find room. */
function judgeGuests(
  host: FailoverHost,
  others: readonly FailoverHost[],
  facts: FailoverFacts,
  verdict: Verdict,
): void {
  const name = hostName(host);
  const guests = guestsOf(host, facts);
  verdict.demand(
    !guests.some(isEngineVm),
    `${name} runs the engine VM too: the engine would switch itself off, and nobody would switch ${name} on again`,
    'Move the engine VM first, with moveHostedEngine, or the VM to another host',
  );
  for (const vm of guests.filter((one) => !isEngineVm(one) && !isHighlyAvailable(one))) {
    verdict.demand(
      false,
      `VM ${vm.name} runs on ${name} and is not highly available: it would stay down`,
      'Migrate it to another host, or shut it down',
    );
  }
  const room = new Map(
    others.filter(({ status }) => status === 'up').map((one) => [one.id, one.max_scheduling_memory ?? 0]),
  );
  for (const vm of guests.toSorted((a, b) => (b.memory ?? 0) - (a.memory ?? 0))) {
    const need = vm.memory ?? 0;
    const [taker] = [...room].filter(([, free]) => free >= need).sort(([, a], [, b]) => b - a)[0] ?? [];
    verdict.demand(
      taker !== undefined,
      `the other hosts do not have room for all that runs on ${name}: VM ${vm.name} needs ${gib(need)}`,
      'Free memory on them, or move VMs away',
    );
    if (taker !== undefined) room.set(taker, (room.get(taker) ?? 0) - need);
  }
}

export const guestsOf = (host: FailoverHost, { vms }: FailoverFacts) => vms.filter((vm) => vm.host?.id === host.id);
