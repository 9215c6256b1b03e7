/** `$RUNBOOK_HOME`: what this machine keeps between two commands. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this command runs from. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where stack, database, logs, lab and artifacts are kept. */
export class Home {
  readonly directory: string;

  constructor(directory: string = process.env.RUNBOOK_HOME || '.runbook') {
    this.directory = resolve(directory);
  }

  path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  /** Creates the home and a folder in it; only the owner may look inside. */
  folder(...parts: string[]): string {
    const path = this.path(...parts);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  /** The JSON of a file, or nothing when it is missing or was cut off. */
  read<T>(name: string): T | undefined {
    try {
      return JSON.parse(readFileSync(this.path(name), 'utf8')) as T;
    } catch {
      return undefined;
    }
  }

  /** Replaces a JSON file as a whole: a reader sees the old one or the new one. */
  write(name: string, document: unknown): void {
    this.folder();
    const draft = this.path(`${name}.${process.pid}`);
    writeFileSync(draft, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.path(name));
  }
}
