#!/usr/bin/env node
/**
 * A worker for service managers and containers: its code is made in a process that ends, and it serves in another one.
 * Settings are those of the environment. Ends as the worker ends.
 */
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const prepare = fileURLToPath(new URL('../workers/prepare.ts', import.meta.url));
const tsx = ['--import', import.meta.resolve('tsx')];
const made = execFileSync(process.execPath, [...tsx, prepare], { stdio: ['ignore', 'pipe', 'inherit'] });
const { command, args, env } = JSON.parse(made);
const worker = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => worker.kill(signal));
worker.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
