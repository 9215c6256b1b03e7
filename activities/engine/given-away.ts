import type { Decision } from '../operation.ts';
import { type HostView, hostName, isEngineVm } from './hosts.ts';

/** A VM that ran on a host before the engine put that host into maintenance. */
export interface GivenAway {
  readonly id: string;
  readonly name: string;
}

export interface Whereabouts extends GivenAway {
  readonly isEngine: boolean;
  readonly status?: string;
  /** Name of the host where it runs; absent: nowhere. */
  readonly at?: string;
}

/** What a maintenance of the host would move away: all that runs there now. */
export function givesAway({ vms }: Pick<HostView, 'vms'>): readonly GivenAway[] {
  return vms.map(({ id, name }) => ({ id, name }));
}

/** Where the VMs that a host has given away are now. */
export function whereabouts(hosts: readonly HostView[], vms: readonly GivenAway[]): readonly Whereabouts[] {
  return vms.map(({ id, name }) => {
    const at = hosts.find((host) => host.vms.some((vm) => vm.id === id));
    const seen = at?.vms.find((vm) => vm.id === id);
    return {
      ...{ id, name, isEngine: seen !== undefined && isEngineVm(seen) },
      ...(at !== undefined && seen !== undefined && { at: hostName(at), status: seen.status }),
    };
  });
}

/** What is left of a maintenance that has ended: nothing brings the VMs back that the engine has moved for it. */
export function stayAway(host: string, vms: readonly Whereabouts[]): Pick<Decision, 'leaves'> {
  const away = vms.filter(({ at }) => at !== host);
  if (away.length === 0) return {};
  const told = away.map((vm) => `${said(vm)} runs on ${vm.at ?? 'no host'}`).join(', ');
  const what = `${told}; before the maintenance of ${host} ${away.length === 1 ? 'it' : 'they'} ran there`;
  return { leaves: { what, byHand: away.map((vm) => byHand(host, vm)).join('; ') } };
}

function said({ name, isEngine }: Whereabouts): string {
  return isEngine ? 'the engine VM' : name;
}

function byHand(host: string, { name, at, isEngine }: Whereabouts): string {
  if (isEngine) return `run moveHostedEngine with {"to":"${host}"}`;
  return `${at === undefined ? `start ${name}` : `migrate ${name} to ${host}`} in the Administration Portal`;
}
