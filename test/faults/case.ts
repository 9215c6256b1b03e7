import { ServiceError } from '@temporalio/client';
import { deployProcesses } from '../support/deployments.ts';
import type { End, RunHandle } from '../support/run.ts';
import { brief } from '../support/run.ts';
import type { Lane } from './lane.ts';
import { deployAttempts, differences, forgottenSecrets, lasting } from './outcome.ts';
import { describePoint } from './points.ts';
import type { Reference } from './reference.ts';
import { type Blow, type Kind, strike } from './strike.ts';

const LIMIT_MS = 180_000;

export interface CaseResult {
  readonly kind: Kind;
  readonly at: string;
  readonly blows: number;
  /** `succeeded`, `parked`, or what else came of it. */
  readonly end: string;
  /** What was not as it must be; none: the case has passed. */
  readonly problems: readonly string[];
  readonly deployProcesses: number;
  readonly attempts: number;
  readonly seconds: number;
}

/** Interrupts one run and judges what came of it. */
export async function runCase(lane: Lane, blow: Blow, reference: Reference): Promise<CaseResult> {
  const { kind, points } = blow;
  const began = performance.now();
  const problems: string[] = [];
  let end = 'not started';
  let processes = 0;
  let attempts = 0;
  let run: RunHandle | undefined;
  try {
    await lane.prepare();
    const since = await lane.stack.control.now();
    run = await withinLimit(strike(lane, blow, reference), 'the point was not reached');
    const closed = await withinLimit(outcome(run), 'the run came to no end');
    end = closed.type;
    for (const { kind: fault, hits } of await lane.stack.control.faults()) {
      if (hits === 0) problems.push(`${fault} met nothing: the run was not interrupted`);
    }
    await lane.stack.control.releaseAll();
    processes = await deployProcesses(lane.stack.control, since);
    const status = closed.report ?? (await run.status());
    attempts = deployAttempts(status);
    if (processes !== attempts) problems.push(`${processes} deploy processes for ${attempts} attempts`);
    problems.push(...(await lane.stack.control.state()).defects.map((defect) => `the lab is broken: ${defect}`));
    problems.push(...(await judge(lane, kind, closed, reference)));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    if (run !== undefined) problems.push(JSON.stringify(await lastSeen(run)));
  } finally {
    await lane.stack.control.releaseAll();
    await run?.handle.terminate('the case is over').catch(() => undefined);
  }
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const at = points.map(describePoint).join('; ');
  return { kind, at, blows: points.length, end, problems, deployProcesses: processes, attempts, seconds };
}

/** Closed, or parked: an operator would have to decide. */
async function outcome(run: RunHandle): Promise<End> {
  for (;;) {
    try {
      const record = await run.record();
      if (record?.waiting?.kind === 'parked') {
        return { type: 'parked', message: (record.waiting.reason ?? []).join('\n') };
      }
      if (await run.closed()) return await run.end();
    } catch (error) {
      // The server that was killed comes back.
      if (!(error instanceof ServiceError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function judge(lane: Lane, kind: Kind, { type, message, report }: End, reference: Reference): Promise<string[]> {
  if (type === 'parked' && kind === 'host-reboot') {
    // What was lost with the boot is for people to judge; the run has to say so.
    return /reboot/i.test(message) ? forgotten(lane) : [`parked without a word about the reboot: ${message}`];
  }
  if (type !== 'succeeded') return [`ended ${type}: ${message}`];
  const remains = (report?.remains ?? []).map(({ what }) => `remains: ${what}`);
  const state = differences(reference.state, lasting(await lane.stack.control.state()));
  return [...remains, ...state.map((difference) => `state: ${difference}`), ...(await forgotten(lane))];
}

async function forgotten(lane: Lane): Promise<string[]> {
  return (await forgottenSecrets(lane)).map((file) => `a password was left in ${file}`);
}

async function lastSeen(run: RunHandle): Promise<unknown> {
  try {
    return brief(await run.status());
  } catch (error) {
    return String(error);
  }
}

async function withinLimit<T>(work: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise} within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
