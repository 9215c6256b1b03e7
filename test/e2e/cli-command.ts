import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/runbook.js', import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `runbook` command as a script calls it: without a terminal, with a home of its own and nothing else set. */
export class Cli {
  constructor(readonly home: string) {}

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const {
      TEMPORAL_ADDRESS: _a,
      TEMPORAL_NAMESPACE: _n,
      RUNBOOK_INVENTORY: _i,
      TEMPORAL_UI_URL: _u,
      ...rest
    } = process.env;
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...rest, RUNBOOK_HOME: this.home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    });
  }

  /** With `--json`: the one document on stdout, whatever became of the command. */
  async json<T = Record<string, never>>(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { code, stdout, stderr } = await this.run([...args, '--json'], env);
    return { code, stderr, document: JSON.parse(stdout) as T };
  }
}
