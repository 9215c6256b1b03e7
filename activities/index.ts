/**
 * activities/ holds everything that touches the world: one folder per thing acted on, `runtime/` that carries
 * operations out, `run/` for what a run keeps. Workflows see the types of this file only.
 */
import type { LockRequest, RunKey } from '../workflows/locks/contract.ts';
import * as datacenter from './datacenter/index.ts';
import * as engine from './engine/index.ts';
import * as failover from './failover/index.ts';
import * as host from './host/index.ts';
import * as hostedEngine from './hosted-engine/index.ts';
import * as image from './image/index.ts';
import * as network from './network/index.ts';
import type { TellInput } from './notify/tell.ts';
import * as power from './power/index.ts';
import type { LoadSiteInput } from './run/load-site.ts';
import type { ClosedRunsInput } from './run/locks.ts';
import type { WindowQuestion, WindowView } from './run/look-at-window.ts';
import type { SiteView } from './run/site.ts';
import type { ReportFiles, WriteReportInput } from './run/write-report.ts';
import * as storage from './storage/index.ts';
import * as vm from './vm/index.ts';
import * as watch from './watch/index.ts';

/** Every operation, by its name. */
export const operations = {
  ...datacenter,
  ...engine,
  ...failover,
  ...host,
  ...hostedEngine,
  ...image,
  ...network,
  ...power,
  ...storage,
  ...vm,
  ...watch,
} as const;

export type Operations = typeof operations;

/** The activities that are no operations. */
export interface RunActivities {
  /** Reads the inventory for a run that begins, or that an operator tells to read it again. */
  loadSite(input?: LoadSiteInput): Promise<SiteView>;
  /** Whether something that takes so long still fits into a maintenance window, and where it fits next. */
  lookAtWindow(question: WindowQuestion): Promise<WindowView>;
  /** Asks the keeper of the locks, which is started if need be; again without harm. */
  askForLocks(request: LockRequest): Promise<void>;
  /** Which of these runs have closed. */
  closedRuns(input: ClosedRunsInput): Promise<readonly RunKey[]>;
  /** The open runs that hold locks by what they say themselves. */
  lockedRuns(): Promise<readonly LockRequest[]>;
  /** Tells one receiver of the inventory what a run wants of people. */
  tell(input: TellInput): Promise<{ readonly told: boolean }>;
  /** What became of a schedule's firings; nothing when there is no such schedule any more. */
  lookAtFirings(input: { readonly schedule: string }): Promise<{ passedOver: number; next?: string } | undefined>;
  /** Keeps the report of a run as Markdown and JSON; a second call replaces the first's files. */
  writeReport(input: WriteReportInput): Promise<ReportFiles>;
}
