import { homedir } from 'node:os';
import { join } from 'node:path';

/** What this user keeps for all checkouts: `~/.cache/ovirt-runbooks`, or under XDG_CACHE_HOME. */
export function userCache(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ovirt-runbooks');
}
