import { defaultPayloadConverter } from '@temporalio/common';
import type { OperationInput } from '../../activities/operation.ts';
import type { RunHandle } from '../support/run.ts';
import { HOST, type Lane } from './lane.ts';
import { lasting } from './outcome.ts';
import { boundaries, middles, type Point, type SeenCommand } from './points.ts';
import { Stepper } from './stepper.ts';

const MIDDLES = 3;

/** What a run does that nothing disturbs. */
export interface Reference {
  readonly commands: readonly SeenCommand[];
  readonly points: readonly Point[];
  /** The datacentre afterwards. */
  readonly state: unknown;
}

/** Runs the deployment once, command by command, and finds the points at which it can be interrupted. */
export async function observe(lane: Lane): Promise<Reference> {
  await lane.prepare();
  const { control } = lane.stack;
  const since = await control.now();
  const stepper = await Stepper.arm(control, HOST);
  const commands: SeenCommand[] = [];
  let run: RunHandle;
  try {
    run = await lane.start();
    for (let command = await stepper.next(run); command !== undefined; command = await stepper.next(run)) {
      commands.push(command);
      await stepper.go();
    }
  } finally {
    await stepper.disarm();
  }
  const end = await run.end();
  if (end.type !== 'succeeded') throw new Error(`undisturbed, the run ends ${end.type}: ${end.message}`);
  const steps = await activities(run);
  const stepOf = (activity: string) => steps.get(activity) ?? { type: '', step: '', pass: '' };
  const processes = (await control.journal(since))
    .filter(({ kind, text }) => kind === 'process' && text.startsWith('ovirt-runbook-deploy-hosted-engine-'))
    .map(({ text }) => text);
  const follow = [...steps].find(([, { type }]) => type === 'deployHostedEngine.follow');
  if (follow === undefined) throw new Error('the run has not followed a deployment');
  const [activity, step] = follow;
  return {
    commands,
    points: [...boundaries(commands, stepOf), ...middles(processes, { activity, ...step }, MIDDLES)],
    state: lasting(await control.state()),
  };
}

/** The activities of a run by their id, with the step each one served. */
async function activities(run: RunHandle): Promise<Map<string, { type: string; step: string; pass: string }>> {
  const { events } = await run.handle.fetchHistory();
  const found = new Map<string, { type: string; step: string; pass: string }>();
  for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
    if (!scheduled) continue;
    const [payload] = scheduled.input?.payloads ?? [];
    const input = payload ? defaultPayloadConverter.fromPayload<Partial<OperationInput>>(payload) : {};
    found.set(scheduled.activityId ?? '', {
      type: scheduled.activityType?.name ?? '',
      step: input.step?.title ?? '',
      pass: input.step?.pass ?? '',
    });
  }
  return found;
}
