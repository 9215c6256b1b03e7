/** Keeps what is too long for a history, such as the output of a deployment, as files of the worker. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { redact } from './redaction.ts';

export interface ArtifactRef {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

const LONGEST_NAME = 120;

export class Artifacts {
  readonly #directory: string;

  /** `home` is RUNBOOK_HOME; each workflow has a folder of its own in it. */
  constructor(home: string, workflowId: string) {
    this.#directory = join(home, 'artifacts', fileSafe(workflowId));
  }

  /** Leaves the whole text, without its secrets, readable by its owner only; a former file of the name is replaced. */
  write(name: string, text: string): Promise<ArtifactRef> {
    return this.receive(name, () => [Buffer.from(redact(text))]);
  }

  /** The same for what is no text: kept as it comes, piece by piece, with every secret that is in it. */
  async receive(name: string, pieces: () => Iterable<Buffer> | AsyncIterable<Buffer>): Promise<ArtifactRef> {
    const path = join(this.#directory, fileSafe(name));
    const unfinished = `${path}.${randomUUID()}.tmp`;
    const digest = createHash('sha256');
    let size = 0;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    try {
      const file = await open(unfinished, 'wx', 0o600);
      try {
        for await (const piece of pieces()) {
          await file.writeFile(piece);
          digest.update(piece);
          size += piece.length;
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    return { path, size, sha256: digest.digest('hex') };
  }
}

/** Distinct texts stay distinct, and none can leave its folder. */
export function fileSafe(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9._-]|^\./gu, (character) =>
    encodeURIComponent(character).replace(/^[^%]/, '%2E'),
  );
  if (safe !== '' && safe.length <= LONGEST_NAME) return safe;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${safe.slice(0, LONGEST_NAME)}-${digest}`;
}
