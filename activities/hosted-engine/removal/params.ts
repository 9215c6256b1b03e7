/**
 * activities/hosted-engine/removal/ looks before the hosted engine is taken off a host, saves what is worth it, and
 * removes packages. The cleanup itself is ../clean-up.ts, which also takes a deployment back.
 */
import type { HostParams } from '../../host/params.ts';

export interface SurveyRemoval extends HostParams {
  /** The engine may go with the host. */
  readonly engineToo?: boolean | undefined;
}

export interface RemovalSurvey {
  readonly deployed: boolean;
  /** The host runs the engine VM, or is the last that could. */
  readonly takesEngine: boolean;
  readonly runsOn?: string;
  readonly fitElsewhere: readonly string[];
  /** The engine answers and has the host. */
  readonly managed: boolean;
  /** Why the engine could not be asked whether it has the host. */
  readonly engineAway?: string;
  /** The host's place in the shared metadata. */
  readonly hostId?: number;
}
