/**
 * bench/ measures what the engine adds on top of what it is built from: a step against the same activities called by a
 * bare workflow, an SSH round trip against raw ssh2, an upload against curl. Ratios are taken within one run, so the machine's speed cancels out.
 *
 * This file: the process. Exits 1 when a bound is broken.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Command, InvalidArgumentError } from 'commander';
import { obtainTemporal } from '../scripts/temporal.mjs';
import { LabProcess } from '../test/support/lab-process.ts';
import { startTemporal } from '../test/support/temporal-server.ts';
import { workerFlags } from '../workers/program.ts';
import { measureUpload } from './image.ts';
import { type BenchResult, printResults } from './result.ts';
import { measureSsh } from './ssh.ts';
import { measureStep } from './step.ts';

const { json, rounds } = new Command('npm run bench --')
  .description('Measures what the engine adds to what it is built from; exits 1 beyond a bound (docs/performance.md).')
  .option('--json', 'print the figures as data', false)
  .option('--rounds <number>', 'how often each side is measured, in turn', atLeastThree, 15)
  .parse()
  .opts<{ json: boolean; rounds: number }>();

function atLeastThree(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 3) return rounds;
  throw new InvalidArgumentError('It must be a whole number from 3 on.');
}

// As fast as a worker, no faster.
for (const flag of workerFlags()) setFlagsFromString(flag);

const directory = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-bench-'));
const cli = await obtainTemporal({ log: (line) => void process.stderr.write(`${line}\n`) });
const temporal = await startTemporal(cli);
const results: BenchResult[] = [];
try {
  const lab = await LabProcess.start(directory, { hosts: 1, speed: 60 });
  try {
    results.push(await measureSsh(lab.inventory, rounds));
    results.push(...(await measureStep(temporal.address, lab.inventory, join(directory, 'home'), rounds)));
  } finally {
    await lab.end();
  }
  results.push(...(await measureUpload(directory)));
} finally {
  await temporal.close();
  rmSync(directory, { recursive: true, force: true });
}

if (json) process.stdout.write(`${JSON.stringify({ rounds, results }, null, 2)}\n`);
else printResults(results);
process.exit(results.every(({ withinBound }) => withinBound) ? 0 : 1);
