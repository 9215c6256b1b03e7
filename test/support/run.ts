import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcDeadlineError, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Plan, Report, RunRecord, StatusView, Waiting } from '../../workflows/contract.ts';
import { MEMO_RECORD } from '../../workflows/contract.ts';
import { acceptedUpdate, decideNowUpdate, planQuery, statusQuery } from '../../workflows/messages.ts';

/** Between looks at a run: each costs the worker, the server and the test processor time that the run waits for. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 600;
const PASSES: readonly Waiting['kind'][] = ['lock'];

/** How a run closed: `succeeded`, `cancelled`, or the failure's type, which is the end state. */
export interface End {
  readonly type: string;
  readonly message: string;
  readonly report?: Report;
}

/** One run as an operator sees it. */
export class RunHandle {
  constructor(readonly handle: WorkflowHandle) {}

  get id(): string {
    return this.handle.workflowId;
  }

  status(): Promise<StatusView> {
    return this.handle.query(statusQuery);
  }

  async plan(): Promise<Plan> {
    const plan = await this.handle.query(planQuery);
    if (typeof plan === 'string') throw new Error(plan);
    return plan;
  }

  /** Returns once the input is found right; rejects with what is wrong with it. */
  accepted(): Promise<void> {
    return this.handle.executeUpdate(acceptedUpdate);
  }

  /** The memo's record: answers without a worker. */
  async record(): Promise<RunRecord> {
    const { memo } = await this.handle.describe();
    return memo?.[MEMO_RECORD] as RunRecord;
  }

  decide(decision: unknown): Promise<string> {
    return this.handle.executeUpdate(decideNowUpdate, { args: [decision] });
  }

  /** Approves whatever gate waits now. */
  async approve(by = 'an operator'): Promise<void> {
    const { waiting } = await this.waitingFor('approval');
    await this.decide({ ...waiting?.answer, by });
  }

  /** Polls the status until it is as wished; the test's own time-out bounds it. A run that closes meanwhile is told. */
  async until(wished: (status: StatusView) => boolean): Promise<StatusView> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.25, LONGEST_PAUSE_MS)) {
      const status = await this.statusInTime();
      if (status !== undefined && wished(status)) return status;
      if (status?.phase === 'ended') {
        throw new Error(`the run ended instead: ${JSON.stringify(brief(status), null, 1)}`);
      }
      await delay(pause);
    }
  }

  /** Nothing where the worker is too busy for the server's patience with a query: it is asked again then. */
  private async statusInTime(): Promise<StatusView | undefined> {
    try {
      return await this.status();
    } catch (error) {
      if (isGrpcDeadlineError(error)) return undefined;
      throw error;
    }
  }

  /** The status once the run waits in this way; another wait is an error, unless it passes by itself. */
  async waitingFor(kind: Waiting['kind']): Promise<StatusView> {
    const status = await this.until(
      ({ waiting }) => waiting !== undefined && (waiting.kind === kind || !PASSES.includes(waiting.kind)),
    );
    if (status.waiting?.kind === kind) return status;
    throw new Error(`the run waits otherwise: ${JSON.stringify(brief(status), null, 1)}`);
  }

  async end(): Promise<End> {
    try {
      return { type: 'succeeded', message: '', report: (await this.handle.result()) as Report };
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const cause = error.cause as { name: string; type?: string; message: string; details?: [Report] };
      const type = cause.name === 'CancelledFailure' ? 'cancelled' : (cause.type ?? cause.name);
      return { type, message: cause.message, ...(cause.details?.[0] && { report: cause.details[0] }) };
    }
  }

  /** Ids of the activities at work now, newest last; those of a child under what its id has beyond its parent's. */
  async pendingActivities(): Promise<{ id: string; type: string; attempt: number }[]> {
    const { raw } = await this.handle.describe();
    const own = (raw.pendingActivities ?? []).map(({ activityId, activityType, attempt }) => ({
      id: activityId ?? '',
      type: activityType?.name ?? '',
      attempt: attempt ?? 0,
    }));
    const children = (raw.pendingChildren ?? []).map(async ({ workflowId }) => {
      const child = this.child(workflowId ?? '');
      return (await child.pendingActivities()).map(({ id, ...rest }) => ({ id: `${this.part(child)}/${id}`, ...rest }));
    });
    return [...own, ...(await Promise.all(children)).flat()];
  }

  /** A run that this one has started. */
  child(id: string): RunHandle {
    return new RunHandle(this.handle.client.getHandle(id));
  }

  /** What tells a child from its siblings, in every run of the parent. */
  part({ id }: RunHandle): string {
    return id.slice(this.id.length + 1);
  }

  /** Waits for the end of a run that has to ask nobody: one that parks is told. */
  async over(): Promise<void> {
    await this.until(({ phase, waiting }) => {
      if (waiting?.kind === 'parked') throw new Error(`the run is parked: ${JSON.stringify(waiting)}`);
      return phase === 'ended';
    });
  }

  /** True once Temporal shows the run as closed. */
  async closed(): Promise<boolean> {
    return (await this.handle.describe()).status.name !== 'RUNNING';
  }
}

/** What a failed test needs to see of a status. */
export function brief({ phase, endState, steps, waiting }: StatusView): object {
  return { phase, endState, waiting, steps: steps.map(({ id, state, summary }) => `${state} ${id}: ${summary ?? ''}`) };
}
