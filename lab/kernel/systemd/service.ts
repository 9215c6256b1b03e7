/** What a service unit does with processes: start types, exit, restart, the end of its control group. */
import { constants } from 'node:os';
import type { ExitStatus } from '../../types.ts';
import type { Host } from '../host.ts';
import type { Process } from '../process.ts';
import { fromBytes, nullFile, OpenFile } from '../streams.ts';
import { makeRuntimeDirectories, removeRuntimeDirectories } from './runtime-directory.ts';
import { type Unit, UnitError } from './unit.ts';
import { splitExec } from './unit-file.ts';

/** What a service needs of who manages it. */
interface Manager {
  readonly host: Host;
  readonly loaded: Map<string, Unit>;
  start(name: string): Promise<void>;
}

/** Lines of stdout and stderr go to the journal under the program's name. */
function journalFile(manager: Manager, unit: Unit, identifier: string, pid: () => number): OpenFile {
  let rest = '';
  const log = (message: string): void =>
    manager.host.journal.log({ identifier, message: fromBytes(message), pid: pid(), unit: unit.name });
  return new OpenFile({
    write: (bytes) => {
      const lines = (rest + bytes).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log(line);
    },
    onClose: () => {
      if (rest !== '') log(rest);
      rest = '';
    },
  });
}

function start(manager: Manager, unit: Unit, argv: readonly string[]): Process {
  const identifier = (argv[0] ?? '').split('/').at(-1) ?? '';
  let process: Process | undefined;
  const output = journalFile(manager, unit, identifier, () => process?.pid ?? 1);
  const files = new Map([
    [0, nullFile()],
    [1, output],
    [2, output.dup()],
  ]);
  const env = new Map([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin'],
    ['LANG', 'en_US.UTF-8'],
    ...(unit.command?.env ?? []),
  ]);
  const started = manager.host.launch(argv, {
    files,
    env,
    unit: unit.name,
    user: unit.command?.user ?? unit.settings?.one('Service', 'User') ?? 'root',
    cwd: unit.command?.cwd ?? '/',
    cause: unit.transient ? 'command' : 'system',
  });
  if (typeof started === 'number') throw new UnitError(`exec ${argv[0]}`, 203);
  process = started;
  return started;
}

function failedJob(unit: Unit, why: string): UnitError {
  return new UnitError(
    `Job for ${unit.name} failed because ${why}. See "systemctl status ${unit.name}" and "journalctl -xe" for details.`,
    1,
  );
}

/** Starts the unit's processes; resolves when its type says that it is up, rejects when it failed first. */
export async function launch(manager: Manager, unit: Unit): Promise<void> {
  const { host } = manager;
  const settings = unit.settings;
  const type = settings?.one('Service', 'Type') ?? 'simple';
  Object.assign(unit, {
    active: 'activating',
    sub: 'start',
    result: 'success',
    execCode: 0,
    execStatus: 0,
    mainPid: 0,
    stopping: false,
  });
  unit.startedAt = host.lab.clock.now();
  host.journal.log({
    identifier: 'systemd',
    message: `Starting ${settings?.description ?? unit.name}...`,
    unit: unit.name,
  });
  makeRuntimeDirectories(manager.host.fs, unit);
  try {
    for (const line of settings?.all('Service', 'ExecStartPre') ?? []) {
      const { argv, ignoreFailure } = splitExec(line);
      const status = await start(manager, unit, argv).done;
      if ((status.code !== 0 || status.signal) && !ignoreFailure) {
        fail(manager, unit, 'exit-code', status);
        throw failedJob(unit, 'the control process exited with error code');
      }
    }
  } catch (error) {
    if (error instanceof UnitError && error.code !== 203) throw error;
    fail(manager, unit, 'exit-code', { code: 203 });
    throw failedJob(unit, 'the control process exited with error code');
  }
  const line = settings?.all('Service', 'ExecStart').at(-1);
  const argv = unit.command?.argv ?? (line === undefined ? undefined : splitExec(line).argv);
  if (argv === undefined) return becomeActive(manager, unit, 'exited');
  let main: Process;
  try {
    main = start(manager, unit, argv);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    unit.execCode = 1;
    unit.execStatus = 203;
    fail(manager, unit, 'exit-code', { code: 203 });
    if (type === 'simple') return;
    throw failedJob(unit, 'the control process exited with error code');
  }
  unit.mainPid = main.pid;
  unit.execPid = main.pid;
  const ended = main.done.then((status) => mainEnded(manager, unit, main, status, type));
  if (type === 'oneshot') {
    const status = await main.done;
    await ended;
    if ((status.code !== 0 || status.signal) && !unit.stopping)
      throw failedJob(unit, 'the control process exited with error code');
    return;
  }
  if (type === 'simple' || type === 'idle') return becomeActive(manager, unit, 'running');
  const up = main.ready.then(() => 'up' as const);
  if ((await Promise.race([up, main.done])) === 'up') return becomeActive(manager, unit, 'running');
  await ended;
  if (!unit.stopping) throw failedJob(unit, 'the control process exited with error code');
}

function becomeActive(manager: Manager, unit: Unit, sub: string): void {
  if (unit.active === 'failed' || unit.stopping) return;
  unit.active = 'active';
  unit.sub = sub;
  unit.activeSince = manager.host.lab.clock.now();
  manager.host.journal.log({
    identifier: 'systemd',
    message: `Started ${unit.settings?.description ?? unit.name}.`,
    unit: unit.name,
  });
}

/** exit_status_to_string of systemd 219, LSB's names included. */
const EXIT_NAMES: Readonly<Record<number, string>> = {
  0: 'SUCCESS',
  1: 'FAILURE',
  2: 'INVALIDARGUMENT',
  3: 'NOTIMPLEMENTED',
  4: 'NOPERMISSION',
  5: 'NOTINSTALLED',
  6: 'NOTCONFIGURED',
  7: 'NOTRUNNING',
  203: 'EXEC',
};

function fail(manager: Manager, unit: Unit, result: string, status: ExitStatus): void {
  unit.active = 'failed';
  unit.sub = 'failed';
  unit.result = result;
  unit.mainPid = 0;
  unit.inactiveSince = manager.host.lab.clock.now();
  const how = status.signal
    ? `code=killed, status=${constants.signals[status.signal]}/${status.signal.slice(3)}`
    : `code=exited, status=${status.code}/${EXIT_NAMES[status.code] ?? 'n/a'}`;
  manager.host.journal.log({
    identifier: 'systemd',
    message: `${unit.name}: main process exited, ${how}`,
    unit: unit.name,
    priority: 5,
  });
  manager.host.journal.log({
    identifier: 'systemd',
    message: `Unit ${unit.name} entered failed state.`,
    unit: unit.name,
    priority: 5,
  });
  manager.host.journal.log({ identifier: 'systemd', message: `${unit.name} failed.`, unit: unit.name, priority: 4 });
}

function mainEnded(manager: Manager, unit: Unit, main: Process, status: ExitStatus, type: string): void {
  if (manager.loaded.get(unit.name) !== unit || unit.mainPid !== main.pid) return;
  unit.exitedAt = manager.host.lab.clock.now();
  unit.mainPid = 0;
  unit.execCode = status.signal ? 2 : 1;
  unit.execStatus = status.signal ? constants.signals[status.signal] : status.code;
  const clean = status.signal ? ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGPIPE'].includes(status.signal) : status.code === 0;
  removeRuntimeDirectories(manager.host.fs, unit);
  if (unit.stopping) return;
  // What the main process has left in the control group does not outlive it.
  for (const process of manager.host.controlGroup(unit.name)) process.kill('SIGTERM');
  if (unit.transient || type !== 'oneshot') manager.host.worldChanged(`${unit.name} ended`);
  if (clean && (unit.remainAfterExit || (type === 'oneshot' && unit.remainAfterExit))) {
    unit.active = 'active';
    unit.sub = 'exited';
    if (unit.activeSince === 0) unit.activeSince = unit.exitedAt;
    return;
  }
  if (clean) {
    unit.active = 'inactive';
    unit.sub = 'dead';
    unit.inactiveSince = unit.exitedAt;
    if (unit.transient) manager.loaded.delete(unit.name);
  } else fail(manager, unit, status.signal ? 'signal' : 'exit-code', status);
  restartLater(manager, unit, clean);
}

function restartLater(manager: Manager, unit: Unit, clean: boolean): void {
  const policy = unit.settings?.one('Service', 'Restart') ?? 'no';
  if (policy === 'no' || (clean && policy !== 'always') || (!clean && policy === 'on-success')) return;
  const delay = Number.parseFloat(unit.settings?.one('Service', 'RestartSec') ?? '0.1');
  unit.active = 'activating';
  unit.sub = 'auto-restart';
  const cancel = manager.host.lab.clock.after(delay, () => {
    unit.cancelRestart = undefined;
    if (manager.loaded.get(unit.name) !== unit) return;
    unit.active = 'inactive';
    void manager.start(unit.name).catch(() => undefined);
  });
  unit.cancelRestart = () => {
    cancel();
    unit.cancelRestart = undefined;
    unit.active = 'inactive';
    unit.sub = 'dead';
  };
}

/** Stop commands, SIGTERM to every process, SIGKILL after the time-out; then the unit is inactive. */
export async function endControlGroup(manager: Manager, unit: Unit): Promise<void> {
  const { host } = manager;
  unit.stopping = true;
  unit.active = 'deactivating';
  unit.sub = 'stop-sigterm';
  const description = unit.settings?.description ?? unit.name;
  host.journal.log({ identifier: 'systemd', message: `Stopping ${description}...`, unit: unit.name });
  for (const line of unit.settings?.all('Service', 'ExecStop') ?? []) {
    try {
      await start(manager, unit, splitExec(line).argv).done;
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
    }
  }
  const group = host.controlGroup(unit.name);
  for (const process of group) process.kill('SIGTERM');
  let giveUp = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    giveUp = host.lab.clock.after(90, resolve);
  });
  await Promise.race([Promise.all(group.map((process) => process.done)), late]);
  giveUp();
  for (const process of host.controlGroup(unit.name)) process.kill('SIGKILL');
  unit.active = 'inactive';
  unit.sub = 'dead';
  unit.result = 'success';
  unit.mainPid = 0;
  unit.inactiveSince = host.lab.clock.now();
  if (unit.transient) manager.loaded.delete(unit.name);
  host.journal.log({ identifier: 'systemd', message: `Stopped ${description}.`, unit: unit.name });
}
