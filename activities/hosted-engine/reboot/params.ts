/**
 * activities/hosted-engine/reboot/ looks before, during and after the reboot of a host that can run the engine VM. What
 * changes something stands in ha/ (maintenance, engine VM), host/ (the reboot itself) and engine/ (maintenance there).
 */
import type { GivenAway } from '../../engine/given-away.ts';
import type { HostParams } from '../../host/params.ts';

export interface SurveyReboot extends HostParams {
  /** `move`: the engine takes the host out of service. `stop`: the engine VM is shut down under global maintenance. */
  readonly way: 'auto' | 'move' | 'stop';
}

export interface RebootSurvey {
  /** `offer`: both ways are open, and moving is the better one. */
  readonly way: 'move' | 'stop' | 'offer';
  /** Name in the inventory of the host that runs the engine VM; absent: none does. */
  readonly runsOn?: string;
  /** Hosts that HA could start the engine VM on instead, and why the others are none. */
  readonly fitElsewhere: readonly string[];
  readonly unfit: readonly string[];
  /** Other VMs that the engine runs on the host. */
  readonly vms: readonly { readonly id: string; readonly name: string }[];
  /** What the engine moves away for a maintenance of the host: these, and its own VM if that runs there. */
  readonly givesAway: readonly GivenAway[];
  /** Other hosts of its cluster that are up in the engine: they may take these VMs. */
  readonly takers: readonly string[];
  /** VMs on the host that the engine does not know, or is not there to move: they go down with it. */
  readonly guests: readonly string[];
  /** The host leads its data center; unknown while the engine does not answer. */
  readonly spm?: boolean;
  /** The engine may cut the host's power when it holds it for lost. */
  readonly fencing?: boolean;
  /** Set by somebody else, before this run: `since 2026-…`, as far as a log tells. */
  readonly maintenance?: string;
}

export interface ConfirmHaHost extends HostParams {
  /** Global maintenance is somebody else's and stays. */
  readonly maintenanceStays?: boolean | undefined;
  /** The host was found in maintenance and is left so. */
  readonly localMaintenanceStays?: boolean | undefined;
}
