import { TaskFailed } from './ansible.ts';
import type { Deployment } from './deployment.ts';

const KEY = 'full-tmpfs-in-the-wrong-moment';

/** Something on the host that nobody has a name for and that is over when the next attempt comes. */
export const unforeseen = {
  arm: (host: { kept: Map<string, unknown> }): void => {
    host.kept.set(KEY, true);
  },
};

export function unforeseenFailure(d: Deployment): void {
  if (!d.host.kept.delete(KEY)) return;
  throw new TaskFailed('MODULE FAILURE\nSee stdout/stderr for the exact error', {
    module_stderr: 'Traceback (most recent call last):\n  File "<stdin>", line 102, in <module>\nEOFError\n',
    module_stdout: '',
    rc: 1,
  });
}
