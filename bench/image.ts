import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startDaemon } from '../test/support/imageio-daemon.ts';
import { createAuthority } from '../test/unit/connectors/certificates.ts';
import { WORKER_ENV, workerFlags } from '../workers/program.ts';
import { type BenchResult, median, result } from './result.ts';

const MIB = 2 ** 20;
const SIZE = 1024 * MIB;
/** Of each side, in turn, for the rate of a storage differs by a third from one gibibyte to the next. */
const TURNS = 9;
/** Nine tenths of the rate of curl. */
const TIME_BOUND = 1 / 0.9;
const MEMORY_BOUND_MB = 150;

interface Upload {
  readonly seconds: number;
  /** The most that the process ever had resident, in MB. */
  readonly resident: number;
}

/**
 * A gibibyte into the real ovirt-imageio daemon, by our upload in a process of its own and by `curl`, both over TLS to the
 * same image. Empty where the daemon cannot be built here.
 */
export async function measureUpload(directory: string): Promise<BenchResult[]> {
  const authority = await createAuthority('Engine CA');
  const daemon = await startDaemon(directory, authority);
  if ('missing' in daemon) {
    process.stderr.write(`no figures of uploads: ovirt-imageio cannot be built here, ${daemon.missing} is missing\n`);
    return [];
  }
  try {
    const ca = join(directory, 'ca.pem');
    const file = join(directory, 'image.raw');
    await writeFile(ca, authority.pem);
    await fill(file);
    await daemon.ticket('bench', SIZE);
    const url = `${daemon.images}/bench`;
    const ours: Upload[] = [];
    const theirs: number[] = [];
    const sides = [
      async () => theirs.push(await byCurl(url, ca, file)),
      async () => ours.push(await byUs(url, ca, file)),
    ];
    for (let turn = 0; turn < TURNS; turn++) {
      for (const side of sides) await side();
      // What one side leaves to the storage is not always the other's to wait for.
      sides.reverse();
    }
    const [our, their] = [median(ours.map(({ seconds }) => seconds)), median(theirs)];
    const rate = (seconds: number) => SIZE / MIB / seconds;
    const resident = Math.max(...ours.map((upload) => upload.resident));
    const rates = { 'ours (MiB/s)': rate(our), 'curl (MiB/s)': rate(their) };
    return [
      result('time of an upload of 1 GiB against curl', '×', our / their, TIME_BOUND, rates),
      result('resident memory of an upload of 1 GiB', ' MB', resident, MEMORY_BOUND_MB, { uploads: TURNS }),
    ];
  } finally {
    await daemon.end();
  }
}

async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  const block = randomBytes(16 * MIB);
  for (let at = 0; at < SIZE; at += block.length) await handle.write(block);
  await handle.sync();
  await handle.close();
}

/** Seconds of the transfer as curl itself counts them: the start of neither process is part of the rate. */
async function byCurl(url: string, ca: string, file: string): Promise<number> {
  const { stdout } = await promisify(execFile)('curl', [
    ...['--silent', '--show-error', '--fail', '--cacert', ca, '--upload-file', file],
    ...['--header', `Content-Range: bytes 0-${SIZE - 1}/*`, '--write-out', '%{time_total}', url],
  ]);
  return Number(stdout);
}

async function byUs(url: string, ca: string, file: string): Promise<Upload> {
  const program = fileURLToPath(new URL('upload-process.ts', import.meta.url));
  const child = spawn(process.execPath, [...workerFlags(), '--import', 'tsx', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...WORKER_ENV },
  });
  // Whoever knows the address may write to the image: not an argument, which everybody sees.
  child.stdin.end(JSON.stringify({ url, ca, file, size: SIZE }));
  const said: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => said.push(part));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the upload ended with ${code}`);
  return JSON.parse(Buffer.concat(said).toString()) as Upload;
}
