import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult } from './case.ts';

/** What a case depends on, of the project's folders. */
export const CODE = [
  ...['activities', 'connectors', 'diagnoses', 'failures', 'inventory', 'lab', 'profiles', 'reports', 'runbooks'],
  ...['scripts', 'test/faults', 'test/support', 'windows', 'workers', 'workflows'],
];
const SOURCE = /(?<!\.test)\.(ts|mjs|json|yaml)$/;

/** The digest of product, lab and loop in a project's folder: what was proven with one counts for no other. */
export function digestOfCode(project: string): string {
  const digest = createHash('sha256');
  const files = CODE.flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  for (const file of [...files.filter((name) => SOURCE.test(name)).sort(), 'package-lock.json']) {
    digest.update(`${file}\0`).update(readFileSync(join(project, file)));
  }
  return digest.digest('hex').slice(0, 16);
}

/** One line of a file. */
interface KeptResult {
  /** Digest of the code that it was run with. */
  readonly code: string;
  readonly result: CaseResult;
}

/** The results of all starts of the loop, each in a file of its own that grows case by case: a start that is ended loses none. */
export class Kept {
  readonly file: string;

  constructor(
    private readonly directory: string,
    private readonly code: string,
    name: string,
  ) {
    this.file = join(directory, `${name}.jsonl`);
  }

  add(result: CaseResult): void {
    mkdirSync(this.directory, { recursive: true });
    const line: KeptResult = { code: this.code, result };
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  /** The newest result of each case with this code. */
  results(): CaseResult[] {
    const newest = new Map<string, CaseResult>();
    for (const { code, result } of this.lines()) if (code === this.code) newest.set(result.id, result);
    return [...newest.values()];
  }

  /** Ids of the cases that ended as they must with this code, when they were run last. */
  proven(): Set<string> {
    const right = this.results().filter(({ problems }) => problems.length === 0);
    return new Set(right.map(({ id }) => id));
  }

  private lines(): KeptResult[] {
    mkdirSync(this.directory, { recursive: true });
    const files = readdirSync(this.directory).filter((name) => name.endsWith('.jsonl'));
    // A line without its end is of a start that was killed while it wrote.
    return files.sort().flatMap((name) =>
      readFileSync(join(this.directory, name), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as KeptResult),
    );
  }
}
