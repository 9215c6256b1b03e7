/**
 * oVirt's own Python SDK against the lab's engine: a reader and a writer of the API that nobody here has written.
 * This file: a Python environment with the SDK in it.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '4.6.2';
const home = fileURLToPath(new URL(`../../../../node_modules/.cache/ovirt-engine-sdk-${VERSION}`, import.meta.url));

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; a program that is not there ends with 127. */
export function run(program: string, args: readonly string[], timeout = 180_000): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

const headers = "import os,sysconfig; print(os.path.exists(os.path.join(sysconfig.get_paths()['include'],'Python.h')))";
const unreachable =
  /Temporary failure in name resolution|Network is unreachable|Connection (refused|timed out)|No matching distribution found/;

/** What this machine lacks for building the SDK; undefined when it can be built. */
async function lacking(): Promise<string | undefined> {
  if ((await run('python3', ['--version'])).code !== 0) return 'python3';
  if ((await run('python3', ['-c', 'import venv, ensurepip'])).code !== 0) return 'the Python module venv';
  if ((await run('gcc', ['--version'])).code !== 0) return 'gcc';
  if (!(await run('python3', ['-c', headers])).output.includes('True')) return 'the headers of Python';
  if ((await run('xml2-config', ['--version'])).code !== 0) return 'the headers of libxml2';
  return undefined;
}

/** The Python that has the SDK, made at first use and kept; or the reason why this machine cannot have it. */
export async function sdkPython(): Promise<{ python: string } | { missing: string }> {
  const python = join(home, 'bin', 'python');
  if (existsSync(python) && (await run(python, ['-c', 'import ovirtsdk4'])).code === 0) return { python };
  const missing = await lacking();
  if (missing !== undefined) return { missing };
  const made = await run('python3', ['-m', 'venv', '--clear', home]);
  if (made.code !== 0) throw new Error(`no Python environment: ${made.output}`);
  const installed = await run(python, ['-m', 'pip', 'install', '-q', `ovirt-engine-sdk-python==${VERSION}`]);
  if (installed.code === 0) return { python };
  if (unreachable.test(installed.output)) return { missing: 'a package index that can be reached' };
  throw new Error(`the SDK cannot be installed: ${installed.output}`);
}
