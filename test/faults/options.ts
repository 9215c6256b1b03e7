import { Command, InvalidArgumentError, Option } from 'commander';
import { DURATION_FORMS, milliseconds } from '../../windows/duration.ts';
import { KINDS, type Kind } from './kinds.ts';
import { stories } from './stories/index.ts';

export interface Options {
  readonly runbook?: readonly string[];
  readonly kind?: readonly Kind[];
  readonly at?: readonly string[];
  readonly sample?: number;
  readonly seed: number;
  readonly shard: { readonly index: number; readonly count: number };
  /** Blows of one run. */
  readonly together: number;
  readonly lanes: number;
  /** Milliseconds. */
  readonly for?: number;
  readonly again?: true;
  readonly json?: true;
  readonly kept?: true;
}

const ALL = { index: 1, count: 1 };

/** What was typed after `npm run faults --`; help, and a sentence about bad usage, end the process. */
export function optionsOf(argv: readonly string[]): Options {
  const names = stories.map(({ name }) => name);
  return new Command('npm run faults --')
    .usage('[options]')
    .description(
      'Interrupts runbooks in every way at every point, each case in a run of its own, and holds that each ends as ' +
        'it must. Cases that ended so before with this code are not run again: started anew, the loop goes on where it was.',
    )
    .addOption(several('--runbook <story>', 'only this one; may be given several times', names))
    .addOption(several('--kind <kind>', 'only what happens so; may be given several times', KINDS))
    .addOption(several('--at <text>', 'only where the point, as it is told, contains this; may be given several times'))
    .option('--sample <n>', 'some of the cases of each story, chosen by the seed', from1)
    .option('--seed <n>', 'the same one chooses the same cases', whole, Date.now() % 1_000_000)
    .addOption(
      new Option('--shard <i/n>', 'the i-th of n parts, for several machines').argParser(part).default(ALL, '1/1'),
    )
    .option('--together <n>', 'so many blows of a kind that passes in one run, for long stories', from1, 1)
    .option('--lanes <n>', 'how many runs go on at a time', from1, 3)
    .option('--for <duration>', 'begin no case after this time', span)
    .option('--again', 'run also what ended as it must before with this code')
    .option('--json', 'print data')
    .option('--kept', 'run nothing; show how each case ended last with this code')
    .addHelpText(
      'after',
      '\nExit codes: 0 every case ended as it must, 1 not so, or a story could not be run, 2 bad usage.',
    )
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse(argv, { from: 'user' })
    .opts();
}

function several(flags: string, description: string, allowed?: readonly string[]): Option {
  return new Option(flags, description).argParser((value, before: readonly string[] = []) => {
    if (allowed?.includes(value) === false) throw new InvalidArgumentError(`It must be one of ${allowed.join(', ')}.`);
    return [...before, value];
  });
}

function whole(value: string): number {
  if (!/^-?\d+$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

function from1(value: string): number {
  if (whole(value) < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return Number(value);
}

function part(value: string): Options['shard'] {
  const [, index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).map(Number);
  if (index < 1 || index > count) throw new InvalidArgumentError('It must look like 1/4.');
  return { index, count };
}

function span(value: string): number {
  const found = milliseconds(value);
  if (found === undefined) throw new InvalidArgumentError(`It must be ${DURATION_FORMS}.`);
  return found;
}
