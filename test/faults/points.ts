/**
 * test/faults/ interrupts runbooks in every way at every point and holds each time that they end as undisturbed, or say
 * truthfully that they did not. stories/ has the runbooks; the points are not listed anywhere: they are taken from a run
 * that nothing disturbs.
 *
 * This file: where something can go wrong.
 */

/** The target whose requests move the bytes of images, past the engine. */
export const IMAGES = 'imageio';

/** One SSH command or request of a run, by the activity that sent it. */
export interface SeenCommand {
  /** Temporal's id of the activity; of a child behind the child and `/`. */
  readonly id: string;
  /**
   * The place of the activity in the run, the same in every run: the how manieth of its type it is, `installPackages.apply 2`.
   * Its id is not: another step may find already there what it had to do before. Of a child behind the child and `/`.
   */
  readonly activity: string;
  /** `installPackages.apply` */
  readonly type: string;
  /** A host, `engine`, or `imageio`. */
  readonly target: string;
  /** Changes that this try of the activity had sent before. */
  readonly changes: number;
  readonly text: string;
}

export interface Point {
  readonly activity: string;
  /** The activities of the same run that come later. */
  readonly later: ReadonlySet<string>;
  readonly type: string;
  readonly target: string;
  /** The title of the step, for people. */
  readonly step: string;
  readonly pass: string;
  /** Before the command runs, after it has run, at a process of the deployment, or while people are asked. */
  readonly side: 'before' | 'after' | 'during' | 'asked';
  /** The first or last command of the activity there, or a change between them. */
  readonly which: 'first' | 'last' | 'inner' | 'stage' | 'question';
  /** The command changes something. */
  readonly change: boolean;
  /** Changes that come before it in the activity. */
  readonly changes: number;
  /** What the command is told by, in every run; of `during`, the stage of the deployment; of `asked`, the question's id. */
  readonly essence: string;
}

export function describePoint({ side, type, step, pass, target, which, change, essence }: Point): string {
  if (side === 'asked') return `while people are asked ${essence}`;
  if (side === 'during') return `as ${essence} begins in ${type} (${pass}: ${step})`;
  return `${side} the ${change ? 'change' : which} of ${type} at ${target} (${pass}: ${step})`;
}

/** What distinguishes a command from the same one in another run is taken out: digests, ids, numbers. */
export function essence(text: string): string {
  return text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}/g, '#').replace(/\d+/g, '0');
}

/** A short change goes through its step's lock, a long one becomes a unit; of requests, whatever does not read. */
export function isChange({ target, text }: Pick<SeenCommand, 'target' | 'text'>): boolean {
  if (target === 'engine') return !text.startsWith('GET ');
  if (target === IMAGES) return /^(PUT|PATCH) /.test(text);
  return /^LC_ALL=C (flock -w \d+ \S+ (?!true$)|systemd-run --unit=)/.test(text);
}

/** For each activity, at hosts, at the engine and where images go: before its first command, around each change, after its last command. */
export function boundaries(
  commands: readonly SeenCommand[],
  stepOf: (id: string) => { step: string; pass: string },
): Point[] {
  const order = [...new Set(commands.map(({ activity }) => activity))];

  const groups = new Map<string, SeenCommand[]>();
  for (const command of commands) {
    const place = ['engine', IMAGES].includes(command.target) ? command.target : 'hosts';
    const group = `${command.activity} ${place}`;
    groups.set(group, [...(groups.get(group) ?? []), command]);
  }
  return [...groups.values()].flatMap((sent) => {
    const [first] = sent;
    const last = sent.at(-1);
    if (first === undefined || last === undefined) return [];
    const at = (command: SeenCommand, side: Point['side'], which: Point['which']): Point => {
      const { id, activity, type, target, changes, text } = command;
      const told = { change: isChange(command), changes, essence: essence(text) };
      const later = order.slice(order.indexOf(activity) + 1).filter((one) => runOf(one) === runOf(activity));
      return { activity, later: new Set(later), type, target, ...stepOf(id), side, which, ...told };
    };
    return [
      at(first, 'before', 'first'),
      ...sent
        .filter(isChange)
        .flatMap((change) => [
          ...(change === first ? [] : [at(change, 'before', 'inner')]),
          ...(change === last ? [] : [at(change, 'after', 'inner')]),
        ]),
      at(last, 'after', 'last'),
    ];
  });
}

/** The command that a point is at. An activity that came to its end without it has passed it. */
export function isAt(point: Point): (command: SeenCommand) => boolean {
  return ({ activity, target, changes, text }) => {
    if (activity !== point.activity) return point.later.has(activity);
    if (target !== point.target) return false;
    return point.which === 'first' || (changes === point.changes && essence(text) === point.essence);
  };
}

/** The child that an activity belongs to, with `/`; empty: the run itself. Those of other runs of a family tell nothing. */
export function runOf(activity: string): string {
  return activity.replace(/[^/]*$/, '');
}

/** The stages of the deployment: each is a playbook of its own, told by its tag. */
export function stages(processes: readonly string[]): string[] {
  const tags = processes.flatMap((text) => /ansible-playbook .*--tags=(\w+)/.exec(text)?.[1] ?? []);
  return [...new Set(tags)];
}

/** Evenly spread places within the deployment, each as a stage of it begins. */
export function middles(
  processes: readonly string[],
  follow: Pick<Point, 'activity' | 'later' | 'type' | 'target' | 'step' | 'pass'>,
  count: number,
): Point[] {
  const known = stages(processes);
  return Array.from({ length: Math.min(count, known.length) }, (_, index) => {
    const stage = known[Math.floor(((index + 1) * known.length) / (count + 1))] ?? '';
    return { ...follow, side: 'during' as const, which: 'stage' as const, change: true, changes: 0, essence: stage };
  });
}

/** While a question waits for its answer. */
export function questions(asked: readonly string[], target: string): Point[] {
  const nothing = {
    activity: '',
    later: new Set<string>(),
    type: '',
    step: '',
    pass: 'run',
    change: false,
    changes: 0,
  };
  return asked.map((essence) => ({ ...nothing, target, side: 'asked' as const, which: 'question' as const, essence }));
}
