/**
 * `npm run faults`: interrupts runbooks in every way at every point, and keeps what came of each case in `$RUNBOOK_HOME/faults/`, so that
 * the next start goes on where this one was; exits 1 when a case did not end as it must. `npm run faults -- --help` tells the options.
 */
import { runTypeScript } from './run-typescript.mjs';

runTypeScript('test/faults/main.ts');
