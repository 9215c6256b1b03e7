import type { CommandContext } from '../../types.ts';
import { asctime } from '../ha/log.ts';

/** A failed stage: its message is shown after `Failed to execute stage`. */
export class StageError extends Error {}
/** The operator, or the program on his behalf, gave up. */
export class Aborted extends Error {}

/** otopi's human dialog: what is shown, in its frame, and the same into the log file with secrets filtered. */
export class Console {
  readonly log: string;
  private ctx: CommandContext;
  private readonly secrets = new Set<string>();
  private readonly asked = new Map<string, number>();

  constructor(ctx: CommandContext, log: string) {
    this.ctx = ctx;
    this.log = log;
  }

  /** Shows what follows through this process. */
  through(ctx: CommandContext): void {
    this.ctx = ctx;
  }

  /** From now on the value is replaced in the log. */
  hide(secret: string): void {
    if (secret !== '') this.secrets.add(secret);
  }

  info(text: string): void {
    this.write('INFO', `[ INFO  ] ${this.continued(text)}\n`);
  }
  warning(text: string): void {
    this.write('WARNING', `[WARNING] ${this.continued(text)}\n`);
  }
  error(text: string): void {
    this.write('ERROR', `[ ERROR ] ${this.continued(text)}\n`);
  }
  stage(name: string): void {
    this.info(`Stage: ${name}`);
  }
  note(text: string): void {
    this.write('DEBUG', `${this.indented(text)}\n`);
  }
  title(text: string): void {
    this.note(`\n--== ${text} ==--\n`);
  }

  /** Only into the log. */
  debug(text: string): void {
    this.file('DEBUG', text);
  }

  /** Which time a question of that name is asked. */
  occurrence(name: string): number {
    const n = (this.asked.get(name) ?? 0) + 1;
    this.asked.set(name, n);
    return n;
  }

  /** Shows a prompt and reads one line; the end of input is an error of the stage. */
  async read(prompt: string, hidden: boolean): Promise<string> {
    this.write('DEBUG', this.indented(prompt));
    const line = await this.ctx.stdin.line();
    if (line === undefined) throw new StageError('End of file');
    if (hidden) this.hide(line);
    return line;
  }

  private continued(text: string): string {
    return text.replaceAll('\n', `\n${' '.repeat(9)} `);
  }
  private indented(text: string): string {
    return text
      .split('\n')
      .map((line) => `${' '.repeat(10)}${line}`)
      .join('\n');
  }
  private write(level: string, text: string): void {
    this.ctx.out(text);
    this.file(level, text.trim());
  }
  private file(level: string, text: string): void {
    let safe = text;
    for (const secret of this.secrets) safe = safe.replaceAll(secret, '**FILTERED**');
    this.ctx.host.fs.append(this.log, `${asctime(this.ctx.host.date())}+0000 ${level} otopi.context ${safe}\n`);
  }
}
