import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../failure.ts';
import type { Home } from '../home.ts';
import { type Finding, ok, problem } from './finding.ts';

/** Logs of deployments and reports take megabytes; a full disk loses the proof of what was done. */
const LEAST_GIB = 1;
const GIB = 1024 ** 3;

/** Whether reports and logs can be kept here, and have room. */
export async function checkHome(home: Home): Promise<readonly Finding[]> {
  const { directory } = home;
  const artifacts = home.path('artifacts');
  const nearest = await existing(artifacts);
  const { bavail, bsize } = await statfs(nearest);
  return [await writable(artifacts, nearest), space(directory, (bavail * bsize) / GIB)];
}

async function writable(artifacts: string, nearest: string): Promise<Finding> {
  const id = 'home.writable';
  try {
    await access(nearest, constants.W_OK);
    return ok(id, artifacts, `reports and logs can be written to ${artifacts}`);
  } catch (error) {
    const what = `reports and logs cannot be written to ${artifacts}: ${messageOf(error)}`;
    return problem(id, artifacts, what, `Give yourself ${nearest}, or name another place with RUNBOOK_HOME`);
  }
}

export function space(directory: string, freeGiB: number): Finding {
  const what = `${freeGiB.toFixed(1)} GiB free in ${directory}`;
  if (freeGiB >= LEAST_GIB) return ok('home.space', directory, what);
  return problem('home.space', directory, what, `Make room: at least ${LEAST_GIB} GiB for reports and logs`);
}

/** The path, or what there is of it. */
async function existing(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch {
    return existing(dirname(path));
  }
}
