/** Where output goes: the answer alone on stdout, everything else on stderr. */
import { CliFailure, EXIT, type ExitCode, messageOf } from './failure.ts';

/** What a command answers: the JSON document, the same for people, and the exit code. */
export interface Answer {
  /** `undefined` for commands whose output is their process's. */
  readonly document: unknown;
  readonly text: string;
  readonly exit?: ExitCode;
}

export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Whoever has closed the pipe (`| head`) has read enough: the command ends with its own code. */
export function outliveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** Waits until the pipe has taken everything: a process that exits earlier cuts long documents. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(text, () => resolve()));
}

export async function printAnswer(answer: Answer, json: boolean): Promise<ExitCode> {
  const text: string | undefined = json ? JSON.stringify(answer.document, null, 2) : answer.text;
  if (text !== undefined && text !== '') await write(process.stdout, `${text}\n`);
  return answer.exit ?? EXIT.ok;
}

/** Says what went wrong: a sentence on stderr, or `{error}` as the one document on stdout. */
export async function printFailure(error: unknown, json: boolean): Promise<ExitCode> {
  const known = error instanceof CliFailure;
  const message = known ? error.message : `unexpected: ${messageOf(error)}`;
  const exit = known ? error.exit : EXIT.ended;
  if (json) {
    const fields = known ? error.fields : {};
    await write(process.stdout, `${JSON.stringify({ error: { message, exit, ...fields } }, null, 2)}\n`);
  } else {
    await write(process.stderr, `runbook: ${message}\n`);
    if (!known && process.env.RUNBOOK_DEBUG && error instanceof Error) await write(process.stderr, `${error.stack}\n`);
  }
  return exit;
}
