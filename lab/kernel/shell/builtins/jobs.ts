/** Builtins about processes: wait, kill, jobs, disown, ulimit, umask, times. */
import { shellStatus } from '../../process.ts';
import { signalName, signalNames } from '../../signals.ts';
import type { Builtin } from './registry.ts';

const wait: Builtin = async (shell, args) => {
  const pids = args.filter((arg) => !arg.startsWith('-'));
  const jobs = [...shell.jobs.values()];
  const wanted =
    pids.length > 0
      ? pids.map((pid) => jobs.find((job) => String(job.pid) === pid.replace(/^%\d*$/, `${shell.lastBackground}`)))
      : jobs;
  let status = 0;
  for (const [index, job] of wanted.entries()) {
    if (!job) {
      shell.complain(`wait: pid ${pids[index]} is not a child of this shell`);
      status = 127;
      continue;
    }
    // A trapped signal ends the wait at once.
    const trapped = new Promise<'trapped'>((resolve) => {
      shell.onTrap = () => resolve('trapped');
    });
    const end = await shell.process.interruptible(Promise.race([job.done, trapped]));
    shell.onTrap = undefined;
    if (end === 'trapped') return 143;
    status = shellStatus(end);
    shell.jobs.delete(job.pid);
  }
  return pids.length > 0 ? status : 0;
};

const kill: Builtin = async (shell, args) => {
  if (args[0] === '-l') {
    shell.process.write(1, `${signalNames.map((name) => name.slice(3)).join(' ')}\n`);
    return 0;
  }
  let signal: string | undefined = 'SIGTERM';
  const targets: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '-s' || arg === '-n') {
      index += 1;
      signal = args[index];
    } else if (arg === '--') {
      targets.push(...args.slice(index + 1));
      break;
    } else if (targets.length === 0 && index === 0 && /^-\w+$/.test(arg)) signal = arg.slice(1);
    else targets.push(arg);
  }
  const name = signal === '0' ? '0' : signalName(signal ?? '');
  if (name === undefined) {
    shell.complain(`kill: ${signal}: invalid signal specification`);
    return 1;
  }
  let code = 0;
  for (const target of targets) {
    const job = target.startsWith('%') ? shell.lastBackground : Number(target);
    const processes = job < 0 ? shell.host.group(-job) : [shell.host.processes.get(job)];
    if (processes.every((process) => !process?.running)) {
      shell.complain(`kill: (${target}) - No such process`);
      code = 1;
      continue;
    }
    for (const process of processes) {
      if (!process) continue;
      if (shell.process.user !== 'root' && process.user !== shell.process.user) {
        shell.complain(`kill: (${target}) - Operation not permitted`);
        code = 1;
      } else if (name !== '0') process.kill(name);
    }
  }
  return code;
};

export const jobs: Readonly<Record<string, Builtin>> = {
  wait,
  kill,
  jobs: async (shell) => {
    for (const job of shell.jobs.values())
      if (job.running) shell.process.write(1, `[1]+  Running                 ${job.argv.join(' ')} &\n`);
    return 0;
  },
  disown: async (shell) => {
    shell.jobs.clear();
    return 0;
  },
  bg: async () => 0,
  fg: async () => 0,
  times: async (shell) => {
    shell.process.write(1, '0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
    return 0;
  },
  ulimit: async (shell, args) => {
    if (args.length < 2) shell.process.write(1, args[0] === '-n' ? '1024\n' : 'unlimited\n');
    return 0;
  },
  umask: async (shell, args) => {
    const [value] = args;
    if (value === undefined) shell.process.write(1, `${shell.process.actor.umask.toString(8).padStart(4, '0')}\n`);
    else if (/^[0-7]+$/.test(value)) shell.process.actor.umask = Number.parseInt(value, 8);
    else if (/^u=[rwx]*,g=[rwx]*,o=[rwx]*$/.test(value)) shell.process.actor.umask = symbolicMask(value);
    else {
      shell.complain(`umask: ${value}: octal number out of range`);
      return 1;
    }
    return 0;
  },
};

function symbolicMask(value: string): number {
  const bits = { r: 4, w: 2, x: 1 };
  const allowed = value
    .split(',')
    .map((part) => [...part.slice(2)].reduce((sum, letter) => sum | bits[letter as 'r' | 'w' | 'x'], 0))
    .reduce((sum, part) => sum * 8 + part, 0);
  return 0o777 & ~allowed;
}
