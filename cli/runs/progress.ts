import type { StatusView, StepState, StepView } from '../../workflows/contract.ts';
import { below, headOf, unfolded } from './family.ts';
import { clip, colour, columns, stepLine, took, wantsColour } from './words.ts';
import type { Work, Works } from './work.ts';

/** Shows on stderr how a run goes on. */
export interface Progress {
  show(status: StatusView, works?: Works): void;
  /** Takes the moving lines away, before something else is written. */
  pause(): void;
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

/** The steps that came to an end since they were last told; at the first look, children that are over count as one. */
class Told {
  private known: Map<string, string> | undefined;

  news(steps: readonly StepView[]): readonly StepView[] {
    const { known = new Map<string, string>() } = this;
    const looked = this.known === undefined ? unfolded(steps) : steps;
    this.known = known;
    const fresh = looked.filter((step) => SETTLED.includes(step.state) && known.get(step.id) !== mark(step));
    for (const step of steps.filter(({ state }) => SETTLED.includes(state))) known.set(step.id, mark(step));
    return childrenLast(fresh);
  }
}

/** A child is over when its steps are. */
function childrenLast(steps: readonly StepView[]): readonly StepView[] {
  const ends = ({ id }: StepView) => steps.findLastIndex((step) => step.id === id || headOf(step) === id);
  return steps
    .map((step, own) => ({ step, own, end: ends(step) }))
    .sort((a, b) => a.end - b.end || b.own - a.own)
    .map(({ step }) => step);
}

const mark = ({ state, attempts }: StepView): string => `${state} ${attempts}`;

/** Whatever goes on now; a step of a child stands behind the child itself. */
const atWork = ({ steps }: StatusView): readonly StepView[] =>
  steps.filter(({ state }) => state === 'running' || state === 'undoing');

/** Without the children of which a step is told. */
function innermost(steps: readonly StepView[]): readonly StepView[] {
  return steps.filter(({ id }) => !steps.some((other) => other.id.startsWith(`${id}/`)));
}

const ownerOf = ({ id }: StepView): string => id.slice(0, Math.max(0, id.lastIndexOf('/')));

const doing = ({ state, title, attempts }: StepView): string =>
  `${state === 'undoing' ? 'Undoing: ' : ''}${title}${attempts > 1 ? ` (attempt ${attempts})` : ''}`;

function said(work: Work | undefined): string {
  const { trouble } = work ?? {};
  if (trouble === undefined) return [work?.stage, work?.line].filter(Boolean).join(': ');
  return `attempt ${trouble.attempt}${trouble.waits ? ', tried again soon' : ''}: ${trouble.why}`;
}

/** For logs: one line with the time for each thing that happens. */
export class PlainProgress implements Progress {
  private readonly told = new Told();
  private last: readonly string[] = [];
  private lastStages: ReadonlyMap<string, string> = new Map();
  /** By owner: what is tried again and again, and the attempt at which that is said once more. */
  private readonly troubles = new Map<string, { readonly why: string; readonly again: number }>();

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(status: StatusView, works: Works = new Map()): void {
    for (const step of this.told.news(status.steps)) this.write(stepLine(step, 200, false));
    const planning = status.phase === 'planning';
    const steps = status.phase === 'ended' || planning ? [] : atWork(status);
    const now = planning ? ['Planning'] : steps.map(doing);
    for (const line of now.filter((line) => !this.last.includes(line))) this.write(`… ${line}`);
    this.last = now;
    const owners = planning ? [''] : innermost(steps).map(ownerOf);
    const stages = new Map(owners.map((owner) => [owner, this.stage(owner, works.get(owner))]));
    for (const [owner, stage] of stages) {
      if (stage === '' || stage === this.lastStages.get(owner)) continue;
      // Of several children at work each says whose line it is.
      const whose = owners.length > 1 ? steps.find(({ id }) => id === owner)?.title : undefined;
      this.write(`    ${clip(whose === undefined ? stage : `${whose}: ${stage}`, 190)}`);
    }
    this.lastStages = stages;
  }

  pause(): void {}

  /** The same trouble is said again when twice as many attempts have met it. */
  private stage(owner: string, work: Work | undefined): string {
    const { trouble } = work ?? {};
    const before = this.troubles.get(owner);
    if (trouble === undefined) {
      this.troubles.delete(owner);
      return work?.stage ?? '';
    }
    if (before?.why === trouble.why && trouble.attempt < before.again) return this.lastStages.get(owner) ?? '';
    this.troubles.set(owner, { why: trouble.why, again: trouble.attempt * 2 });
    return `attempt ${trouble.attempt}: ${trouble.why}`;
  }

  private write(line: string): void {
    this.stream.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  }
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** For people: what is over stays, what goes on moves in the last lines. */
export class LiveProgress implements Progress {
  private readonly told = new Told();
  private readonly coloured: boolean;
  private frame = 0;
  private timer: NodeJS.Timeout | undefined;
  private status: StatusView | undefined;
  private works: Works = new Map();
  /** How many lines move. */
  private moving = 0;
  /** The child whose steps stand last. */
  private part: string | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.coloured = wantsColour(stream);
  }

  show(status: StatusView, works: Works = new Map()): void {
    this.status = status;
    this.works = works;
    const news = this.told.news(status.steps);
    if (news.length > 0) this.clear();
    for (const step of news) this.tell(step, status);
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

  /** The step of a child stands below the child's name, which leaves it the room for what was found. */
  private tell(step: StepView, { steps }: StatusView): void {
    const width = columns(this.stream) - 1;
    const head = headOf(step);
    const title = steps.find(({ id }) => id === head)?.title;
    if (title !== undefined && head !== this.part) this.stream.write(`${clip(title, width)}\n`);
    this.part = head;
    this.stream.write(`${stepLine(title === undefined ? step : below(step), width, this.coloured)}\n`);
  }

  private draw(): void {
    if (this.status === undefined) return;
    const lines = this.lines(this.status);
    this.clear();
    this.stream.write(lines.join('\n'));
    this.moving = lines.length;
  }

  private lines(status: StatusView): readonly string[] {
    const frame = FRAMES[this.frame++ % FRAMES.length] ?? '';
    const steps = atWork(status);
    if (steps.length === 0) {
      const last = status.steps.at(-1)?.title ?? 'reading the inventory';
      return [this.line(`${frame} ${status.phase === 'planning' ? `Planning: ${last}` : status.phase}`, '')];
    }
    return innermost(steps).flatMap((step) => {
      const head = steps.find(({ id }) => id === headOf(step));
      if (head === undefined) return [this.line(`${frame} ${doing(step)}  ${took(step)}`, ownerOf(step))];
      const under = { ...step, title: below(step).title.trimStart() };
      return [
        this.line(`${frame} ${doing(head)}  ${took(head)}`),
        this.line(`    ${doing(under)}  ${took(step)}`, ownerOf(step)),
      ];
    });
  }

  /** What is said behind it as far as it fits. */
  private line(text: string, owner?: string): string {
    const width = columns(this.stream) - 1;
    const head = clip(text, width);
    const rest = owner === undefined ? '' : clip(said(this.works.get(owner)), width - head.length - 2);
    return rest === '' ? head : `${head}  ${colour(this.coloured, 'dim', rest)}`;
  }

  private clear(): void {
    this.stream.write(`\r\x1b[2K${'\x1b[1A\x1b[2K'.repeat(Math.max(0, this.moving - 1))}`);
    this.moving = 0;
  }
}

export function makeProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? new LiveProgress(stream) : new PlainProgress(stream);
}
