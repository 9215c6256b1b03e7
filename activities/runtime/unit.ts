import { OperatorError } from '../../failures/operator-error.ts';
import type { HostAccess } from './host-access.ts';
import { CHUNK_BYTES, lookScript, parseLook, type UnitLook } from './unit-look.ts';
import type { UnitPlace } from './unit-name.ts';
import type { UnitScript } from './unit-script.ts';
import { writeFile } from './write-file.ts';

/** One transient systemd unit on one host, with its script, log and exit code. */
export class Unit {
  constructor(
    readonly host: HostAccess,
    readonly place: UnitPlace,
  ) {}

  async look(from: { readonly byte: number; readonly bytes?: number } | 'no log' = 'no log'): Promise<UnitLook> {
    const { code, stdout, stderr } = await this.host.readScript(lookScript(this.place, from));
    if (code !== 0) {
      throw new OperatorError(
        'UnexpectedOutput',
        `looking at unit ${this.place.unit} on ${this.host.name}: exit code ${code}`,
        {
          details: { sample: stderr.slice(0, 500) },
        },
      );
    }
    return parseLook(this.host.name, this.place, stdout);
  }

  /** Puts the script and its inputs into place, and marks the boot in which it is to run. */
  async prepare(script: UnitScript): Promise<void> {
    const { directory } = this.place;
    await this.must(['install', '-d', '-m', '0700', directory]);
    for (const { path, text } of script.inputs) await this.write(path, '0600', text);
    await this.write(this.place.script, '0700', script.text);
    await this.must(['cp', '/proc/sys/kernel/random/boot_id', `${directory}/boot_id`]);
  }

  private async write(path: string, mode: string, text: string): Promise<void> {
    for (const { argv, stdin } of writeFile(path, mode, { stdin: text })) await this.must(argv, stdin);
  }

  /** Starts the unit; one of this name that exists is this one, started by a try whose answer was lost. */
  async start(title: string): Promise<void> {
    const { unit, script } = this.place;
    // Neither --collect nor --wait: EL7 has them not, and the first would lose the exit code.
    const argv = [
      'systemd-run',
      `--unit=${unit}`,
      `--description=${title.replaceAll(/\s+/g, ' ')}`,
      '-r',
      '/bin/bash',
      script,
    ];
    const { code, stderr } = await this.host.change(argv);
    if (code === 0 || /\balready exists\b/.test(stderr)) return;
    throw new OperatorError(
      'CommandFailed',
      `starting unit ${unit} on ${this.host.name}: ${stderr.trim() || `exit code ${code}`}`,
      {
        details: { exitCode: code, lines: stderr.trim().split('\n'), host: this.host.name, unit },
      },
    );
  }

  /** The log from its first byte; a very long one without its middle. */
  async wholeLog(size: number): Promise<string> {
    const gap = Math.max(0, size - LOG_LIMIT);
    const chunks: Buffer[] = [];
    for (let byte = 0; byte < size; ) {
      if (gap > 0 && byte === LOG_LIMIT / 2) {
        chunks.push(
          Buffer.from(`\n[${gap} bytes left out here; the whole log is ${this.place.log} on ${this.host.name}]\n`),
        );
        byte += gap;
      }
      const { chunk } = await this.look({ byte, bytes: Math.min(FETCH_BYTES, size - byte) });
      if (chunk.length === 0) break;
      chunks.push(chunk);
      byte += chunk.length;
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Asks systemd to end the unit's processes, by force after its stop time-out, and returns when they have ended. */
  async stop(): Promise<void> {
    // Exit code 5 when it is not loaded, which is as good.
    await this.host.change(['systemctl', 'stop', `${this.place.unit}.service`]);
  }

  /** Runs what the script has to run however it ended; nothing when there is no script. */
  async runAlways(): Promise<void> {
    const { script } = this.place;
    await this.host.change(['bash', '-c', `[ ! -e ${script} ] || bash ${script} always`]);
  }

  /** Makes systemd forget the ended unit, kept until now for its state. */
  async forget(): Promise<void> {
    const name = `${this.place.unit}.service`;
    await this.host.change(['bash', '-c', `systemctl stop ${name}; systemctl reset-failed ${name}; true`]);
  }

  private async must(argv: readonly string[], stdin?: string): Promise<void> {
    const { code, stderr } = await this.host.change(argv, stdin === undefined ? {} : { stdin });
    if (code === 0) return;
    throw new OperatorError(
      'CommandFailed',
      `${argv[0]} on ${this.host.name}: ${stderr.trim() || `exit code ${code}`}`,
      {
        details: { exitCode: code, lines: stderr.trim().split('\n'), host: this.host.name, unit: this.place.unit },
      },
    );
  }
}

const FETCH_BYTES = CHUNK_BYTES * 8;
/** A log that is longer fills no disk of ours; two whole system updates fit. */
const LOG_LIMIT = FETCH_BYTES * 64;
