/**
 * activities/power/ acts on how the engine switches the power of hosts: fence agents, power management, Kdump, and the
 * switching itself. This file: what its operations take and find out.
 */
import type { GivenAway } from '../engine/given-away.ts';
import type { HostParams } from '../host/params.ts';

export interface SurveyFencing extends HostParams {
  /** The engine is to wait for a crash dump before it fences; needs an installation where the host has none. */
  readonly kdump: boolean;
  readonly powerCycle: boolean;
}

export interface FencingSurvey {
  /** In words: `drac5 at 172.20.33.11, user root, options …`. */
  readonly agent: string;
  /** Further agents of the host in the engine, which nobody describes; in the engine's order. */
  readonly others?: readonly string[];
  /** Hosts that could test the agent and fence with it. */
  readonly proxies: readonly string[];
  /** The host has to be installed again before it tells of its crash dumps. */
  readonly installs: boolean;
  /** It has the hosted engine, so it takes part in HA. */
  readonly hostedEngine: boolean;
  /** It runs the engine VM, which moves away with the others. */
  readonly runsEngine: boolean;
  /** Other hosts that could run the engine VM. */
  readonly fitElsewhere: readonly string[];
  /** VMs that migrate away when the host goes into maintenance. */
  readonly vms: readonly string[];
  /** The same, to be asked for once the maintenance is over. */
  readonly givesAway: readonly GivenAway[];
  /** Power management was on already. */
  readonly enabled: boolean;
}

/** `power_management` of a host, as the engine keeps it. */
export interface PowerManagement extends HostParams {
  readonly enabled: boolean;
  readonly kdump: boolean;
  /** False: "Disable policy control of power management". */
  readonly policyControl: boolean;
}

export interface PowerCycle extends HostParams {
  /** The boot that is to end. */
  readonly bootId: string;
}
