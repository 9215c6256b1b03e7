/** The process of `npm run faults`: every kind at every point, or a part of them; what came of each is kept as it comes. */
import { fileURLToPath } from 'node:url';
import { Home } from '../../cli/home.ts';
import { obtainTemporal } from '../../scripts/temporal.mjs';
import type { CaseResult } from './case.ts';
import { digestOfCode, Kept } from './kept.ts';
import { faultLoop, table } from './loop.ts';
import { optionsOf } from './options.ts';
import { describePoint } from './points.ts';
import { Progress } from './progress.ts';
import type { Reference } from './reference.ts';
import { allCases, sample, shard, together } from './sample.ts';
import { stories } from './stories/index.ts';
import { type Blow, idsOf } from './strike.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const options = optionsOf(process.argv.slice(2));
const code = digestOfCode(PROJECT);
const startedAt = new Date().toISOString();
const { index, count } = options.shard;
const file = `${startedAt.replaceAll(':', '')}-${index}of${count}-${process.pid}`;
const kept = new Kept(new Home().path('faults'), code, file);
process.exit(options.kept ? show(kept.results()) : await run());

async function run(): Promise<number> {
  const proven = options.again ? new Set<string>() : kept.proven();
  const progress = new Progress(options.lanes);
  const enough = new AbortController();
  const end = options.for === undefined ? undefined : setTimeout(() => enough.abort(), options.for);
  let failed = false;
  const results: CaseResult[] = [];
  try {
    await faultLoop({
      cli: await obtainTemporal({ log: say }),
      lanes: options.lanes,
      stories: stories.filter(({ name }) => options.runbook?.includes(name) ?? true),
      enough: enough.signal,
      choose(reference) {
        const { story, points } = reference;
        const { all, chosen } = choose(reference);
        const open = chosen.filter((blow) => !idsOf(story, blow).every((id) => proven.has(id)));
        const runs = together(open, options.together);
        progress.plan(story.name, runs.length);
        const before = `${chosen.length - open.length} of these proven before, ${runs.length} runs for the others`;
        const told = `${all} cases, ${chosen.length} of them here, ${before}`;
        say(`${story.name}: ${points.length} points, ${told} (seed ${options.seed})`);
        return runs;
      },
      done(result) {
        if (digestOfCode(PROJECT) !== code) {
          if (!enough.signal.aborted)
            say('the code has changed meanwhile: no other case begins, the last ones do not count');
          return enough.abort();
        }
        kept.add(result);
        results.push(result);
        progress.done(result);
        tell(result, progress);
      },
    });
  } catch (error) {
    failed = true;
    say(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(end);
  }
  const shown = show(results);
  say(`${progress.words()}; kept in ${kept.file}`);
  if (enough.signal.aborted) say('no case begins any more: the same command goes on with what was not run');
  return failed ? 1 : shown;
}

/** Of the cases of a story those that were asked for. */
function choose(reference: Reference): { all: number; chosen: Blow[] } {
  const all = allCases(reference)
    .filter(({ kind }) => options.kind?.includes(kind) ?? true)
    .filter(isAsked);
  const some = options.sample === undefined ? all : sample(all, options.sample, options.seed);
  const part = new Set(shard(some, index, count));
  // In the order of the run, which blows of one run need.
  return { all: all.length, chosen: all.filter((blow) => part.has(blow)) };
}

function isAsked({ points }: Blow): boolean {
  const told = points.map(describePoint).join('; ');
  return options.at?.some((text) => told.includes(text)) ?? true;
}

function tell({ story, kind, at, end, problems, seconds }: CaseResult, progress: Progress): void {
  const word = problems.length === 0 ? 'ok   ' : 'WRONG';
  say(`${word} ${story} ${end} after ${kind} ${at}, ${seconds} s (${progress.words()})`);
  for (const problem of problems) say(`      ${problem}`);
}

/** @returns the exit code */
function show(results: readonly CaseResult[]): number {
  const whole = { startedAt, endedAt: new Date().toISOString(), code, results };
  process.stdout.write(options.json ? `${JSON.stringify(whole)}\n` : `${table(results)}\n`);
  return results.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
