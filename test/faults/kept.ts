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

  /** What came of this code, but for runs all of whose blows have been dealt once more since. */
  results(): CaseResult[] {
    return [...new Set(this.newest().values())];
  }

  /** Ids of the blows after which all was as it must be with this code, when they were dealt last. */
  proven(): Set<string> {
    const right = [...this.newest()].filter(([, { problems }]) => problems.length === 0);
    return new Set(right.map(([id]) => id));
  }

  private newest(): Map<string, CaseResult> {
    const ours = this.lines().filter(({ code }) => code === this.code);
    return new Map(ours.flatMap(({ result }) => result.ids.map((id) => [id, result] as const)));
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
