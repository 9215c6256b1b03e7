import type { WorkflowExecutionDescription } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { StatusView, StepState, StepView } from '../../workflows/contract.ts';
import { decode } from './events.ts';
import { clip, colour, columns, stepLine, took, wantsColour } from './words.ts';

/** Shows on stderr how a run goes on. */
export interface Progress {
  show(status: StatusView, work?: Work): void;
  /** Takes the moving line away, before something else is written. */
  pause(): void;
}

/** What a pending activity last said. */
export interface Work {
  readonly stage?: string;
  readonly line?: string;
  /** Why it is being tried again. */
  readonly trouble?: string;
}

export function workOf({ raw }: WorkflowExecutionDescription): Work | undefined {
  const pending = raw.pendingActivities?.at(-1);
  if (!pending) return undefined;
  const beat = decode(pending.heartbeatDetails?.payloads?.[0]) as { stage?: string; line?: string } | undefined;
  const { lastFailure, attempt } = pending;
  const next = pending.scheduledTime ? tsToMs(pending.scheduledTime) : 0;
  const later = next > Date.now() ? ', tried again soon' : '';
  return {
    ...(beat?.stage && { stage: beat.stage }),
    ...(beat?.line && { line: beat.line }),
    ...(lastFailure?.message && { trouble: `attempt ${attempt}${later}: ${lastFailure.message}` }),
  };
}

const SETTLED: readonly StepState[] = [
  'already',
  'passed',
  'done',
  'failed',
  'parked',
  'skipped',
  'undone',
  'undoFailed',
];

/** The steps that came to an end since they were last told. */
class Told {
  private readonly known = new Map<string, string>();

  news(steps: readonly StepView[]): readonly StepView[] {
    const fresh = steps.filter((step) => SETTLED.includes(step.state) && this.known.get(step.id) !== mark(step));
    for (const step of fresh) this.known.set(step.id, mark(step));
    return fresh;
  }
}

const mark = ({ state, attempts }: StepView): string => `${state} ${attempts}`;

/** The last one: a step of a child stands behind the child itself. */
const atWork = ({ steps }: StatusView): StepView | undefined =>
  steps.findLast(({ state }) => state === 'running' || state === 'undoing');

function nowDoing(status: StatusView): string {
  const step = atWork(status);
  if (step === undefined)
    return status.phase === 'planning'
      ? `Planning: ${status.steps.at(-1)?.title ?? 'reading the inventory'}`
      : status.phase;
  return `${step.state === 'undoing' ? 'Undoing: ' : ''}${step.title}${step.attempts > 1 ? ` (attempt ${step.attempts})` : ''}`;
}

const said = (work: Work | undefined): string => work?.trouble ?? [work?.stage, work?.line].filter(Boolean).join(': ');

/** For logs: one line with the time for each thing that happens. */
export class PlainProgress implements Progress {
  private readonly told = new Told();
  private last = '';
  private lastStage = '';

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(status: StatusView, work?: Work): void {
    for (const step of this.told.news(status.steps)) this.write(stepLine(step, 200, false));
    const doing =
      status.phase === 'ended' ? '' : status.phase === 'planning' ? 'Planning' : atWork(status) ? nowDoing(status) : '';
    if (doing !== '' && doing !== this.last) this.write(`… ${doing}`);
    this.last = doing;
    const stage = work?.trouble ?? work?.stage ?? '';
    if (stage !== '' && stage !== this.lastStage && doing !== '') this.write(`    ${clip(stage, 190)}`);
    this.lastStage = stage;
  }

  pause(): void {}

  private write(line: string): void {
    this.stream.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  }
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** For people: what is over stays, what goes on moves in the last line. */
export class LiveProgress implements Progress {
  private readonly told = new Told();
  private readonly coloured: boolean;
  private frame = 0;
  private timer: NodeJS.Timeout | undefined;
  private status: StatusView | undefined;
  private work: Work | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.coloured = wantsColour(stream);
  }

  show(status: StatusView, work?: Work): void {
    this.status = status;
    this.work = work;
    const news = this.told.news(status.steps);
    if (news.length > 0) this.clear();
    for (const step of news) this.stream.write(`${stepLine(step, columns(this.stream) - 1, this.coloured)}\n`);
    if (status.phase === 'ended') {
      this.pause();
    } else {
      this.timer ??= setInterval(() => this.draw(), 100);
      this.draw();
    }
  }

  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clear();
  }

  private draw(): void {
    if (this.status === undefined) return;
    const width = columns(this.stream) - 1;
    const step = atWork(this.status);
    const frame = FRAMES[this.frame++ % FRAMES.length] ?? '';
    const head = clip(`${frame} ${nowDoing(this.status)}${step ? `  ${took(step)}` : ''}`, width);
    const rest = clip(said(this.work), width - head.length - 2);
    this.stream.write(`\r\x1b[2K${head}${rest === '' ? '' : `  ${colour(this.coloured, 'dim', rest)}`}`);
  }

  private clear(): void {
    this.stream.write('\r\x1b[2K');
  }
}

export function makeProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? new LiveProgress(stream) : new PlainProgress(stream);
}
