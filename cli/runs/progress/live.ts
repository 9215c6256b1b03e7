import type { StatusView, StepView } from '../../../workflows/contract.ts';
import type { Expected } from '../expected.ts';
import { below, headOf } from '../family.ts';
import { clip, colour, columns, spent, stepLine, wantsColour } from '../words.ts';
import type { Work, Works } from '../work.ts';
import { atWork, doing, innermost, ownerOf, trying } from './at-work.ts';
import type { Progress } from './progress.ts';
import { Told } from './told.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** What is said behind the step that it is about. */
function said({ trouble, stage, line }: Work = {}): string {
  if (trouble === undefined) return [stage, line].filter(Boolean).join(': ');
  return trying(trouble, trouble.waits && ', tried again soon');
}

/** For people: what is over stays, what goes on moves in the last lines. */
export class LiveProgress implements Progress {
  private readonly told = new Told();
  private readonly coloured: boolean;
  private frame = 0;
  private timer: NodeJS.Timeout | undefined;
  private status: StatusView | undefined;
  private works: Works = new Map();
  private expected: Expected = new Map();
  /** How many lines move. */
  private moving = 0;
  /** The child whose steps stand last. */
  private part: string | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.coloured = wantsColour(stream);
  }

  show(status: StatusView, works: Works = new Map(), expected: Expected = new Map()): void {
    this.status = status;
    this.works = works;
    this.expected = expected;
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
      if (head === undefined)
        return [this.line(`${frame} ${doing(step)}  ${spent(step, this.expected)}`, ownerOf(step))];
      const under = { ...step, title: below(step).title.trimStart() };
      return [
        this.line(`${frame} ${doing(head)}  ${spent(head, this.expected)}`),
        this.line(`    ${doing(under)}  ${spent(step, this.expected)}`, ownerOf(step)),
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
