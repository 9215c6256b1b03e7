import type { ChildProcess } from 'node:child_process';

const sets = new Set<ReadonlySet<ChildProcess>>();

/** Whatever ends this process, the children in the set go with it. */
export function endWithUs(children: ReadonlySet<ChildProcess>): void {
  if (sets.size === 0) {
    process.on('exit', () => {
      for (const child of [...sets].flatMap((set) => [...set])) child.kill('SIGKILL');
    });
    // A signal that nobody handles ends the process without its exit handlers.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  }
  sets.add(children);
}
