/**
 * test/faults/ interrupts the deployment in every way at every point and holds each time that it ends as undisturbed.
 * The points are not listed anywhere: they are taken from a run that nothing disturbs.
 *
 * This file: where something can go wrong.
 */

/** One SSH command of a run, by the activity that sent it. */
export interface SeenCommand {
  /** Temporal's id of the activity: its place in the run, the same in every run. */
  readonly activity: string;
  /** `installPackages.apply` */
  readonly type: string;
  /** Among the commands of its activity, from 1. */
  readonly ordinal: number;
  readonly text: string;
}

export interface Point {
  readonly activity: string;
  readonly type: string;
  /** The title of the step, for people. */
  readonly step: string;
  readonly pass: string;
  /** Before the activity's first command, after its last, or at a process of the deployment. */
  readonly side: 'before' | 'after' | 'during';
  readonly ordinal: number;
  /** For an activity that polls: the first command of this text. For `during`: the stage of the deployment. */
  readonly text?: string;
}

export function describePoint({ side, type, step, pass, text }: Point): string {
  const where = side === 'during' ? `as ${text} begins in ${type}` : `${side} ${type}`;
  return `${where} (${pass}: ${step})`;
}

/** What distinguishes a command from the same one in another run is taken out: digests, ids, numbers. */
export function essence(text: string): string {
  return text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}/g, '#').replace(/\d+/g, '0');
}

/** Such an activity sends the same commands more or less often, so its last one is told by its text. */
export function polls({ type }: SeenCommand): boolean {
  return type.endsWith('.follow');
}

/** Two points for each activity that reached the host: before its first command and after its last. */
export function boundaries(
  commands: readonly SeenCommand[],
  stepOf: (activity: string) => { step: string; pass: string },
): Point[] {
  const byActivity = new Map<string, SeenCommand[]>();
  for (const command of commands) {
    byActivity.set(command.activity, [...(byActivity.get(command.activity) ?? []), command]);
  }
  return [...byActivity].flatMap(([activity, sent]) => {
    const last = sent.at(-1);
    if (last === undefined) return [];
    const at = { activity, type: last.type, ...stepOf(activity) };
    return [
      { ...at, side: 'before' as const, ordinal: 1 },
      { ...at, side: 'after' as const, ordinal: last.ordinal, ...(polls(last) && { text: essence(last.text) }) },
    ];
  });
}

/** The stages of the deployment: each is a playbook of its own, told by its tag. */
export function stages(processes: readonly string[]): string[] {
  const tags = processes.flatMap((text) => /ansible-playbook .*--tags=(\w+)/.exec(text)?.[1] ?? []);
  return [...new Set(tags)];
}

/** Evenly spread places within the deployment, each as a stage of it begins. */
export function middles(processes: readonly string[], follow: Omit<Point, 'side' | 'ordinal'>, count: number): Point[] {
  const known = stages(processes);
  return Array.from({ length: Math.min(count, known.length) }, (_, index) => {
    const text = known[Math.floor(((index + 1) * known.length) / (count + 1))];
    return { ...follow, side: 'during' as const, ordinal: 1, ...(text !== undefined && { text }) };
  });
}
