/**
 * `npm run faults [-- --runbook NAME --kind K --at TEXT --sample N --seed S --shard I/N --lanes N --json]`: interrupts
 * runbooks in every way at every point, and keeps what came of it in `$RUNBOOK_HOME/faults/`; exits 1 when a case did not end as it must.
 * `npm run faults -- --kept` shows what is kept there as one table.
 */
import { runTypeScript } from './run-typescript.mjs';

runTypeScript('test/faults/main.ts');
