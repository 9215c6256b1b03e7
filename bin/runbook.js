#!/usr/bin/env node
/** The `runbook` command: plain JavaScript, so that it runs from a checkout without a build step. */
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../cli/main.ts');
await main(process.argv);
