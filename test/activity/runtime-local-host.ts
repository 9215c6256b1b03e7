/**
 * A host for tests of the runtime: real Bash on this machine, below a folder of its own, with a small systemd that
 * starts, shows, stops and forgets transient units as systemd 219 does, and can be rebooted.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostAccess } from '../../activities/runtime/host-access.ts';
import type { ShellResult } from '../../activities/runtime/host-shell.ts';
import { commandLine } from '../../connectors/quote.ts';
import { OperatorError } from '../../failures/operator-error.ts';

const SYSTEMD_RUN = `#!/bin/bash
while [ $# -gt 0 ]; do
  case "$1" in
    --unit=*) name=\${1#--unit=} ;;
    --description=*) ;;
    -r) keep=1 ;;
    -*) echo "systemd-run: unrecognized option '$1'" >&2; exit 1 ;;
    *) break ;;
  esac
  shift
done
unit="$STATE/$name"
if [ -e "$unit" ]; then
  echo "Failed to start transient service unit: Unit $name.service already exists." >&2
  exit 1
fi
mkdir "$unit"
cp "$STATE/../uptime" "$unit/started"
setsid bash -c 'echo $$ >"$0/pid.tmp"; mv "$0/pid.tmp" "$0/pid"; "$@"; echo $? >"$0/status"' "$unit" "$@" >/dev/null 2>&1 </dev/null &
until [ -e "$unit/pid" ]; do :; done
echo "Running as unit $name.service." >&2
`;

const SYSTEMCTL = `#!/bin/bash
verb=$1; name=\${2%.service}; unit="$STATE/$name"
alive() { [ -e "$unit/pid" ] && [ ! -e "$unit/status" ] && pgrep -g "$(cat "$unit/pid")" >/dev/null; }
case "$verb" in
  show)
    if [ ! -e "$unit" ]; then echo SubState=dead; echo ActiveState=inactive; echo LoadState=not-found
    elif alive; then echo SubState=running; echo ActiveState=active; echo LoadState=loaded
    elif [ "$(cat "$unit/status" 2>/dev/null)" = 0 ]; then echo SubState=exited; echo ActiveState=active; echo LoadState=loaded
    else echo SubState=failed; echo ActiveState=failed; echo LoadState=loaded; fi
    if [ -e "$unit" ]; then awk '{ printf "ExecMainStartTimestampMonotonic=%d\\n", $1 * 1000000 }' "$unit/started"
    else echo ExecMainStartTimestampMonotonic=0; fi ;;
  stop)
    if [ ! -e "$unit" ]; then echo "Failed to stop $name.service: Unit $name.service not loaded." >&2; exit 5; fi
    if alive; then kill -TERM -- "-$(cat "$unit/pid")"; while alive; do sleep 0.02; done; fi
    [ "$(cat "$unit/status" 2>/dev/null)" = 0 ] && rm -rf "$unit"; true ;;
  reset-failed)
    [ -e "$unit" ] || { echo "Failed to reset failed state of unit $name.service: Unit $name.service is not loaded." >&2; exit 1; }
    alive || rm -rf "$unit" ;;
  *) echo "Unknown operation '$verb'." >&2; exit 1 ;;
esac
`;

export class LocalHost implements HostAccess {
  readonly name = 'host1';
  readonly directory = mkdtempSync(join(tmpdir(), 'runbook-host-'));
  /** Every command in the order of its start, as the runtime gave it. */
  readonly commands: string[] = [];
  /** Called before each command; what it throws is what the connector would throw. */
  before: (command: string) => void | Promise<void> = () => undefined;
  /** Commands whose session breaks when they have begun: they go on, nobody hears of their end. */
  lost: (command: string) => boolean = () => false;

  readonly #paths: readonly (readonly [string, string])[] = [
    ['/var/lib/ovirt-runbooks', join(this.directory, 'units')],
    ['/var/lib/[o]virt-runbooks', join(this.directory, '[u]nits')],
    ['/run/lock', join(this.directory, 'lock')],
    ['/proc/sys/kernel/random/boot_id', join(this.directory, 'boot_id')],
    ['/proc/uptime', join(this.directory, 'uptime')],
    ['/srv', join(this.directory, 'srv')],
  ];

  #passed = 0;

  constructor() {
    for (const folder of ['bin', 'state', 'lock', 'units', 'srv']) mkdirSync(join(this.directory, folder));
    for (const [name, text] of Object.entries({ 'systemd-run': SYSTEMD_RUN, systemctl: SYSTEMCTL })) {
      writeFileSync(join(this.directory, 'bin', name), text);
      chmodSync(join(this.directory, 'bin', name), 0o755);
    }
    writeFileSync(join(this.directory, 'boot_id'), `${randomUUID()}\n`);
  }

  read = (argv: readonly string[]) => this.run(argv);
  readScript = (script: string) => this.run(['bash', '-c', script]);
  change = (argv: readonly string[], options: { stdin?: string } = {}) => this.run(argv, options.stdin);

  /** Where a path of the host lies on this machine. */
  path(onHost: string): string {
    return this.#paths.reduce((text, [there, here]) => text.replaceAll(there, here), onHost);
  }

  /** The same the other way round, for what commands print. */
  private unpath(here: string): string {
    return this.#paths.reduce((text, [there, local]) => text.replaceAll(local, there), here);
  }

  /** A file of the only unit; empty while there is none. */
  unitFile(name: string): string {
    const [unit = ''] = readdirSync(join(this.directory, 'units'));
    const file = join(this.directory, 'units', unit, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Its clock goes a hundred times as fast as ours, as the inventory's scale says, and can be put forward. */
  pass(seconds: number): void {
    this.#passed += seconds;
  }

  private tick(): void {
    const uptime = 1000 + this.#passed + performance.now() / 10;
    writeFileSync(join(this.directory, 'uptime'), `${uptime.toFixed(2)} 0.00\n`);
  }

  /** Every unit dies without a word, and systemd remembers none. */
  reboot(): void {
    this.killUnits();
    rmSync(join(this.directory, 'state'), { recursive: true });
    mkdirSync(join(this.directory, 'state'));
    writeFileSync(join(this.directory, 'boot_id'), `${randomUUID()}\n`);
  }

  killUnits(): void {
    for (const unit of readdirSync(join(this.directory, 'state'))) {
      const pid = join(this.directory, 'state', unit, 'pid');
      if (!existsSync(pid)) continue;
      spawnSync('pkill', ['-KILL', '-g', readFileSync(pid, 'utf8').trim()]);
    }
  }

  close(): void {
    this.killUnits();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async run(argv: readonly string[], stdin = ''): Promise<ShellResult> {
    const line = commandLine(argv);
    this.commands.push(line);
    await this.before(line);
    this.tick();
    const [program = '', ...args] = argv.map((argument) => this.path(argument));
    const env = {
      ...process.env,
      LC_ALL: 'C',
      PATH: `${join(this.directory, 'bin')}:${process.env.PATH}`,
      STATE: join(this.directory, 'state'),
    };
    return new Promise<ShellResult>((resolve, reject) => {
      // sshd hands pipes over, Node sockets, which /dev/stdin cannot open.
      const child = spawn('bash', ['-c', 'cat | "$@"', 'sshd', program, ...args], { env });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => (stdout += chunk));
      child.stderr.on('data', (chunk) => (stderr += chunk));
      child.on('error', reject);
      child.on('close', (code) =>
        resolve({ code: code ?? -1, stdout: this.unpath(stdout), stderr: this.unpath(stderr) }),
      );
      child.stdin.end(this.path(stdin));
      if (this.lost(line))
        child.on('spawn', () => reject(new OperatorError('OutcomeUnknown', `${line}: lost its connection`)));
    });
  }
}
