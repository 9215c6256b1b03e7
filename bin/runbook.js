#!/usr/bin/env node
/** The `runbook` command: plain JavaScript, so that it runs from a checkout without a build step. */
import { keptBundle } from '../scripts/bundle.mjs';
import { userCache } from '../scripts/user-cache.mjs';

const { main } = await import(await code());
await main(process.argv);

/** One file that is kept starts in half the time; where nothing can be kept, the sources are read as they are. */
async function code() {
  try {
    return (await keptBundle('cli/main.ts', userCache())).path;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR'].includes(error.code)) throw error;
    const { register } = await import('tsx/esm/api');
    register();
    return '../cli/main.ts';
  }
}
