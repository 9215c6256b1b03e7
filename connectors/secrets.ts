/** Resolves the references to secrets that the inventory holds; only what runs on the worker may call this. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OperatorError } from '../failures/operator-error.ts';
import type { SecretRef } from '../inventory/schema.ts';
import { redact, registerSecret, SHORTEST_SECRET } from './redaction.ts';

export { redact } from './redaction.ts';

const COMMAND_TIMEOUT_MS = 10_000;
const OPEN_TO_OTHERS = 0o077;

/**
 * Reads the secret anew, and registers it so that `redact` masks it from now on.
 * `baseDirectory` is the folder of the inventory file, to which its paths are relative.
 */
export async function resolveSecret(ref: SecretRef, baseDirectory: string, purpose = 'a secret'): Promise<string> {
  const { value, source } = await read(ref, baseDirectory, purpose);
  if (value.length < SHORTEST_SECRET) {
    const length = value === '' ? 'is empty' : `has fewer than ${SHORTEST_SECRET} characters`;
    throw missing(purpose, source, `it ${length}, so it could not be kept out of logs; choose a longer one`);
  }
  registerSecret(value);
  return value;
}

async function read(
  ref: SecretRef,
  baseDirectory: string,
  purpose: string,
): Promise<{ value: string; source: string }> {
  if ('env' in ref) {
    const source = `environment variable ${ref.env}`;
    const value = process.env[ref.env];
    if (value === undefined) throw missing(purpose, source, 'it is not set in the environment of the worker');
    return { value, source };
  }
  if ('file' in ref) {
    const path = resolve(baseDirectory, ref.file);
    return { value: await readPrivateFile(path, purpose), source: `file ${path}` };
  }
  return { value: await runCommand(ref.command, baseDirectory, purpose), source: `command ${ref.command[0]}` };
}

async function readPrivateFile(path: string, purpose: string): Promise<string> {
  const source = `file ${path}`;
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw missing(purpose, source, fileTrouble(error));
  });
  try {
    const { mode } = await file.stat();
    if (process.platform !== 'win32' && (mode & OPEN_TO_OTHERS) !== 0) {
      const seen = (mode & 0o777).toString(8).padStart(4, '0');
      throw missing(purpose, source, `its mode ${seen} lets other users read it; run: chmod 600 ${path}`);
    }
    return withoutFinalNewline(await file.readFile('utf8'));
  } catch (error) {
    throw error instanceof OperatorError
      ? error
      : missing(purpose, source, fileTrouble(error as NodeJS.ErrnoException));
  } finally {
    await file.close();
  }
}

function runCommand(command: readonly string[], cwd: string, purpose: string): Promise<string> {
  const [program = '', ...args] = command;
  const source = `command ${program}`;
  return new Promise((done, fail) => {
    const child = execFile(
      program,
      args,
      { cwd, timeout: COMMAND_TIMEOUT_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error === null) return done(withoutFinalNewline(stdout));
        const why = error.killed
          ? `it did not end within ${COMMAND_TIMEOUT_MS / 1000} seconds`
          : error.code === 'ENOENT'
            ? 'there is no such program on the worker'
            : `it ended with ${error.signal ?? `exit code ${error.code}`}${lastLine(stderr)}`;
        fail(missing(purpose, source, why));
      },
    );
    child.stdin?.end();
  });
}

function missing(purpose: string, source: string, why: string): OperatorError {
  return new OperatorError('SecretMissing', `Cannot read ${purpose} from ${source}: ${why}.`);
}

function fileTrouble(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'the user of the worker may not read it';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return error.message;
  }
}

function lastLine(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1);
  return line === undefined || line === '' ? '' : `: ${redact(line.slice(0, 200))}`;
}

function withoutFinalNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}
