import { defaultPayloadConverter } from '@temporalio/common';
import type { OperationInput } from '../../activities/operation.ts';
import type { RunHandle } from '../support/run.ts';
import type { Lane } from './lane.ts';
import { lasting } from './outcome.ts';
import { boundaries, middles, type Point, questions, type SeenCommand } from './points.ts';
import { Stepper } from './stepper.ts';
import type { Story } from './stories/index.ts';

const MIDDLES = 3;

/** What a run does that nothing disturbs. */
export interface Reference {
  readonly story: Story;
  readonly points: readonly Point[];
  /** The datacentre before the run, and after it. */
  readonly before: unknown;
  readonly after: unknown;
  /** What its report says to remain. */
  readonly remains: readonly string[];
  /** Ids of the questions that people answered. */
  readonly asked: readonly string[];
  /** How long it took, held at each command. */
  readonly seconds: number;
}

/** Runs the story once, command by command, and finds the points at which it can be interrupted. */
export async function observe(lane: Lane, story: Story): Promise<Reference> {
  await lane.prepare(story);
  const { control } = lane.stack;
  const before = lasting(await control.state());
  const since = await control.now();
  const began = performance.now();
  const stepper = await Stepper.arm(control, story.targets);
  const commands: SeenCommand[] = [];
  let run: RunHandle;
  try {
    run = await lane.start(story);
    for (let command = await stepper.next(run); command !== undefined; command = await stepper.next(run)) {
      commands.push(command);
      await stepper.go();
    }
  } finally {
    await stepper.disarm();
  }
  const end = await run.end();
  const seconds = (performance.now() - began) / 1000;
  if (end.type !== 'succeeded') throw new Error(`undisturbed, ${story.name} ends ${end.type}: ${end.message}`);
  const asked = lane.operator?.asked ?? [];
  const unanswered = lane.operator?.problems(end.report?.decisions ?? []) ?? [];
  if (unanswered.length > 0) throw new Error(`undisturbed, ${story.name}: ${unanswered.join('; ')}`);
  const steps = await activities(run);
  const stepOf = (id: string) => steps.get(id) ?? { type: '', step: '', pass: '' };
  const processes = (await control.journal(since))
    .filter(({ kind, text }) => kind === 'process' && text.startsWith('ovirt-runbook-deploy-hosted-engine-'))
    .map(({ text }) => text);
  const follow = [...steps].find(([, { type }]) => type === 'deployHostedEngine.follow');
  const within = follow && { activity: follow[0], later: new Set<string>(), target: story.host, ...follow[1] };
  return {
    story,
    points: [
      ...boundaries(commands, stepOf),
      ...(within ? middles(processes, within, MIDDLES) : []),
      ...questions(asked, story.host),
    ],
    before,
    after: lasting(await control.state()),
    remains: (end.report?.remains ?? []).map(({ what }) => what),
    asked,
    seconds,
  };
}

type Activities = Map<string, { readonly type: string; readonly step: string; readonly pass: string }>;

/** The activities of a run and of its children by their id, with the step each one served. */
async function activities(run: RunHandle): Promise<Activities> {
  const { events } = await run.handle.fetchHistory();
  const found: Activities = new Map();
  for (const event of events ?? []) {
    const begun = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId;
    if (begun) {
      const child = run.child(begun);
      for (const [id, served] of await activities(child)) found.set(`${run.part(child)}/${id}`, served);
    }
    const scheduled = event.activityTaskScheduledEventAttributes;
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
