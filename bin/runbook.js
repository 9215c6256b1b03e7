#!/usr/bin/env node
/** The `runbook` command: plain JavaScript, so that it runs from a checkout without a build step. */
import { createRequire } from 'node:module';
import { keptCommand } from '../scripts/bundle.mjs';
import { userCache } from '../scripts/user-cache.mjs';

const { main } = await code();
await main(process.argv);

/** One file that is kept starts in a quarter of the time; where nothing can be kept, the sources are read as they are. */
async function code() {
  const path = await kept();
  // `require` takes it as it is; `import` would first look through all of it for what it exports.
  if (path !== undefined) return createRequire(import.meta.url)(path);
  const { register } = await import('tsx/esm/api');
  register();
  return import('../cli/main.ts');
}

async function kept() {
  try {
    return (await keptCommand('cli/main.ts', userCache())).path;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR'].includes(error.code)) throw error;
    return undefined;
  }
}
