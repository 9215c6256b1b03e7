/** `npm run bench [-- --json --rounds N]`: measures the engine against what it is built from; exits 1 beyond a bound. */
import { runTypeScript } from './run-typescript.mjs';

runTypeScript('bench/main.ts');
