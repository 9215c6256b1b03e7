/** `npm start`: provides what is missing on this machine, then has the first run done (cli/first-run.ts). */
import { installPackages, requireNode } from './install.mjs';
import { obtainTemporal, TemporalMissing } from './temporal.mjs';

requireNode();
await installPackages();
try {
  if (!process.env.TEMPORAL_ADDRESS) process.env.TEMPORAL_CLI = await obtainTemporal({ log: console.error });
} catch (error) {
  if (!(error instanceof TemporalMissing)) throw error;
  console.error(error.message);
  process.exit(3);
}
const { register } = await import('tsx/esm/api');
register();
const { firstRun } = await import('../cli/first-run.ts');
process.exit(await firstRun(Boolean(process.stdin.isTTY && process.stderr.isTTY && !process.env.CI)));
