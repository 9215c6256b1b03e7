/** The process that makes a worker's code, because the one that serves should not hold what that takes; prints the program. */
import { prepareWorker } from './program.ts';

process.stdout.write(JSON.stringify(await prepareWorker(process.env.RUNBOOK_HOME ?? '.runbook')));
