/** The process of `npm run faults`: every kind at every point, or a sample of them; the result is kept as a file. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { obtainTemporal } from '../../scripts/temporal.mjs';
import type { CaseResult } from './case.ts';
import { KINDS } from './kinds.ts';
import { faultLoop, table } from './loop.ts';
import { describePoint } from './points.ts';
import { allCases, sample, shard } from './sample.ts';
import { stories } from './stories/index.ts';

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    shard: { type: 'string', default: '1/1' },
    lanes: { type: 'string', default: '3' },
    runbook: { type: 'string', multiple: true },
    kind: { type: 'string', multiple: true },
    at: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    kept: { type: 'boolean', default: false },
  },
});

const directory = join(process.env.RUNBOOK_HOME ?? '.runbook', 'faults');
if (values.kept) showKept();

const [, index = 0, shards = 0] = (/^(\d+)\/(\d+)$/.exec(values.shard) ?? []).map(Number);
const seed = Number(values.seed);
const lanes = Number(values.lanes);
const count = values.sample === undefined ? undefined : Number(values.sample);
if (index < 1 || index > shards) refuse(`--shard must look like 1/4, not ${values.shard}`);
if (!Number.isInteger(seed)) refuse(`--seed must be a whole number, not ${values.seed}`);
if (!(lanes >= 1)) refuse(`--lanes must be a number from 1 on, not ${values.lanes}`);
if (count !== undefined && !(count >= 1)) refuse(`--sample must be a number from 1 on, not ${values.sample}`);

const names = stories.map(({ name }) => name);
const unknown = values.runbook?.find((name) => !names.includes(name));
if (unknown !== undefined) refuse(`--runbook must be one of ${names.join(', ')}, not ${unknown}`);
const odd = values.kind?.find((name) => !KINDS.some((kind) => kind === name));
if (odd !== undefined) refuse(`--kind must be one of ${KINDS.join(', ')}, not ${odd}`);

const say = (line: string) => void process.stderr.write(`${line}\n`);
const startedAt = new Date().toISOString();
const results = await faultLoop({
  cli: await obtainTemporal({ log: say }),
  lanes,
  stories: stories.filter(({ name }) => values.runbook?.includes(name) ?? true),
  choose(reference) {
    const all = allCases(reference)
      .filter(({ kind }) => values.kind?.includes(kind) ?? true)
      .filter(({ points }) => points.map(describePoint).join('; ').includes(values.at));
    const chosen = shard(count === undefined ? all : sample(all, count, seed), index, shards);
    const { story, points } = reference;
    say(`${story.name}: ${points.length} points, ${all.length} cases, ${chosen.length} of them here (seed ${seed})`);
    return chosen;
  },
  done: ({ story, kind, at, end, problems, seconds }: CaseResult) => {
    say(`${problems.length === 0 ? 'ok   ' : 'WRONG'} ${story} ${end} after ${kind} ${at}, ${seconds} s`);
    for (const problem of problems) say(`      ${problem}`);
  },
});

mkdirSync(directory, { recursive: true });
const file = join(directory, `${startedAt.replaceAll(':', '')}-${index}of${shards}.json`);
const kept = { startedAt, endedAt: new Date().toISOString(), seed, sample: count, shard: values.shard, results };
writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
process.stdout.write(values.json ? `${JSON.stringify(kept)}\n` : `${table(results)}\n\nkept in ${file}\n`);
process.exit(results.every(({ problems }) => problems.length === 0) ? 0 : 1);

/** The results of all parts that were run, as one table. */
function showKept(): never {
  const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')) : [];
  if (files.length === 0) refuse(`nothing is kept in ${directory} yet: run the loop first`);
  const all = files.sort().flatMap((name) => {
    const part = JSON.parse(readFileSync(join(directory, name), 'utf8')) as { results: CaseResult[] };
    return part.results;
  });
  process.stdout.write(values.json ? `${JSON.stringify(all)}\n` : `${table(all)}\n`);
  process.exit(all.every(({ problems }) => problems.length === 0) ? 0 : 1);
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
