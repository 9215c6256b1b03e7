import { rmSync } from 'node:fs';
import { withFileLock } from '../../scripts/file-lock.mjs';
import type { Home } from '../home.ts';
import { stop } from './process.ts';
import { ROLES, type Role, readProcesses, readSettings, stackFile, writeProcesses, writeSettings } from './record.ts';

export interface Ended {
  readonly role: Role;
  readonly pid: number;
  /** `killed`: it did not end within the grace. */
  readonly how: 'ended' | 'killed';
}

/** Ends the processes that `up` started, and only those; ports, database and artifacts stay for the next `up`. */
export function down(home: Home): Promise<readonly Ended[]> {
  home.folder();
  return withFileLock(home.path('up.lock'), async () => {
    const recorded = readProcesses(home);
    const ended: Ended[] = [];
    for (const role of ROLES) {
      const record = recorded[role];
      if (record === undefined) continue;
      const how = await stop(record);
      if (how !== 'gone') ended.push({ role, pid: record.pid, how });
    }
    writeProcesses(home, {});
    const { lab: _lab, ...kept } = readSettings(home);
    writeSettings(home, kept);
    rmSync(stackFile(home), { force: true });
    return ended;
  });
}
