/** The lab as a process: flags in, one JSON line out when it is ready, ends on SIGTERM or SIGINT. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { startLab } from './lab.ts';

const options = new Command('npx tsx lab/main.ts')
  .description('Starts a lab on free ports of this machine; prints one JSON line when it is ready, ends on SIGTERM.')
  .option('--preset <name>', 'what stands at first (lab/README.md)', 'bare')
  .option('--hosts <number>', 'hosts of the preset', (text) => Math.floor(positive(text)), 3)
  .option('--speed <factor>', 'seconds of the lab in a second of ours', positive, 60)
  .option('--profile <name>', 'the version of oVirt', 'ovirt-4.3')
  .option('--control-port <port>', 'where the control listens; a free one unless given', positive)
  .option('--dir <path>', 'where its files go; a new temporary folder unless given')
  .parse()
  .opts<Options>();

interface Options {
  readonly preset: string;
  readonly hosts: number;
  readonly speed: number;
  readonly profile: string;
  readonly controlPort?: number;
  readonly dir?: string;
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above zero.');
}

try {
  const { dir, ...rest } = options;
  const running = await startLab({ ...rest, dir: resolve(dir ?? mkdtempSync(join(tmpdir(), 'ovirt-lab-'))) });
  const { control, engine, inventory, hosts } = running;
  process.stdout.write(`${JSON.stringify({ control, engine, inventory, hosts, pid: process.pid })}\n`);
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (ending) process.exit(1);
      ending = true;
      void running.close().then(() => process.exit(0));
    });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
