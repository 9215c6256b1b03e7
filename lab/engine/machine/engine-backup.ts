import { gzipSync } from 'node:zlib';
import type { CommandContext, Lab } from '../../types.ts';
import { tell } from '../api/database/events.ts';
import { liveEngine } from '../api/monitor/monitor.ts';

/** Virtual seconds of its parts. */
const seconds = { files: 6, database: 14, history: 9, packing: 4, checking: 5 } as const;
const DIRECTORY = '/var/lib/ovirt-engine-backup';
/** What the archive holds, by its own names. */
const MEMBERS = ['files', 'db/engine_backup.db', 'db/dwh_backup.db', 'version', 'os_version', 'config', 'md5sum'];
const SCOPES = ['all', 'files', 'db', 'dwhdb', 'cinderlibdb'];

interface Wanted {
  readonly mode: string;
  readonly scope: string;
  readonly file: string;
  readonly log: string;
}

class Refusal extends Error {}

function readArguments(args: readonly string[], stamp: string): Wanted {
  const given = new Map<string, string>();
  for (const arg of args) {
    const [, name, value] = /^--([a-z-]+)=(.*)$/s.exec(arg) ?? [];
    if (name === undefined || value === undefined || !['mode', 'scope', 'file', 'log'].includes(name)) {
      throw new Refusal(`invalid option '${arg}'`);
    }
    given.set(name, value);
  }
  const mode = given.get('mode') ?? 'backup';
  if (!['backup', 'restore', 'verify'].includes(mode)) throw new Refusal(`invalid mode '${mode}'`);
  const scope = given.get('scope') ?? 'all';
  if (!SCOPES.includes(scope)) throw new Refusal(`invalid scope '${scope}'`);
  const file = given.get('file') ?? `${DIRECTORY}/ovirt-engine-backup-${stamp}.backup`;
  const log = given.get('log') ?? `/var/log/ovirt-engine-backup/ovirt-engine-${mode}-${stamp}.log`;
  if (file === log) throw new Refusal('--file and --log must be different');
  return { mode, scope, file, log };
}

/** `engine-backup`: saves the engine into one file, or checks such a file; it does not restore. */
export async function engineBackup(ctx: CommandContext): Promise<number> {
  const stamp = ctx.host.date().toISOString().replace(/\D/g, '').slice(0, 14);
  try {
    const wanted = readArguments(ctx.args, stamp);
    if (wanted.mode === 'restore') throw new Refusal('restore is not modelled');
    for (const path of [wanted.file, wanted.log]) ctx.host.fs.mkdir(path.replace(/\/[^/]*$/, ''));
    ctx.out(`Start of engine-backup with mode '${wanted.mode}'\n`);
    ctx.out(`scope: ${wanted.scope}\narchive file: ${wanted.file}\nlog file: ${wanted.log}\n`);
    return await (wanted.mode === 'verify' ? verify(ctx, wanted) : backUp(ctx, wanted));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ctx.err(`FATAL: ${error.message}\n`);
    return 1;
  }
}

async function backUp(ctx: CommandContext, { scope, file, log }: Wanted): Promise<number> {
  const { fs } = ctx.host;
  const note = (text: string): void =>
    fs.append(log, `${ctx.host.date().toISOString().slice(0, 19).replace('T', ' ')} ${ctx.process.pid}: ${text}\n`);
  const notify = (code: number, what: string): void => {
    ctx.out('Notifying engine\n');
    tellEngine(ctx.lab, code, `engine-backup: ${what}, scope=${scope}, log=${log}`);
  };
  note(`Start of engine-backup mode backup scope ${scope} file ${file}`);
  ctx.out('Backing up:\n');
  notify(9024, 'Started');
  ctx.out('- Files\n');
  await ctx.sleep(seconds.files);
  ctx.out("- Engine database 'engine'\n");
  await ctx.sleep(seconds.database);
  ctx.out("- DWH database 'ovirt_engine_history'\n");
  await ctx.sleep(seconds.history);
  ctx.out(`Packing into file '${file}'\n`);
  await ctx.sleep(seconds.packing);
  try {
    fs.writeBytes(file, archive(ctx.lab), { mode: 0o600 });
  } catch (error) {
    tellEngine(ctx.lab, 9026, `engine-backup: Failed, scope=${scope}, log=${log}`);
    note(`FATAL: Cannot create '${file}'`);
    throw new Refusal(`Cannot create '${file}': ${error instanceof Error ? error.message : error}`);
  }
  notify(9025, 'Finished');
  note('Done.');
  ctx.out('Done.\n');
  ctx.changed('engine backed up');
  return 0;
}

async function verify(ctx: CommandContext, { file }: Wanted): Promise<number> {
  const { fs } = ctx.host;
  if (!fs.exists(file)) throw new Refusal(`${file} does not exist`);
  ctx.out('Verifying:\n');
  await ctx.sleep(seconds.checking);
  if (fs.readBytes(file) !== archive(ctx.lab)) throw new Refusal('Checksum verification failed');
  ctx.out('Done.\n');
  return 0;
}

/** Binary and of some size, as the real one; what is in it are the names of its members. */
function archive(lab: Lab): string {
  const kept = lab.kept.get('engine-archive') as string | undefined;
  if (kept !== undefined) return kept;
  const filler = Array.from({ length: 90_000 }, () => Math.floor(lab.random() * 256));
  const content = Buffer.concat([Buffer.from(`${MEMBERS.join('\n')}\n`), Buffer.from(filler)]);
  const bytes = gzipSync(content).toString('latin1');
  lab.kept.set('engine-archive', bytes);
  return bytes;
}

function tellEngine(lab: Lab, code: number, text: string): void {
  const engine = liveEngine(lab);
  if (engine) tell(lab, engine.db, { code, text });
}
