/** Turns a command into the line that sshd hands to the user's shell, and recognises a sudo that refused it. */
import { OperatorError } from '../failures/operator-error.ts';
import { commandLine, quote } from './quote.ts';
import type { SshTarget } from './ssh-target.ts';

/** One program with its arguments, or a Bash script. Both run as root unless `root` is false. */
export type RemoteCommand =
  | { readonly argv: readonly string[]; readonly root?: boolean }
  | { readonly script: string; readonly root?: boolean };

const SHOWN_LENGTH = 200;

/** The whole line; messages of programs are in English, because their text is read. */
export function remoteLine(user: string, command: RemoteCommand): string {
  const sudo = needsSudo(user, command) ? 'sudo -n ' : '';
  return `LC_ALL=C ${sudo}${bareLine(command)}`;
}

/** The command for a message: without what every command has, and not endless. */
export function describeCommand(command: RemoteCommand): string {
  const line = bareLine(command);
  return line.length <= SHOWN_LENGTH ? line : `${line.slice(0, SHOWN_LENGTH)}…`;
}

function bareLine(command: RemoteCommand): string {
  return 'argv' in command ? commandLine(command.argv) : `bash -c ${quote(command.script)}`;
}

function needsSudo(user: string, command: RemoteCommand): boolean {
  return user !== 'root' && command.root !== false;
}

/** Refusals as sudo 1.8 (EL7) and later word them; the locale is ours, so the text is English. */
const REFUSALS: readonly { readonly pattern: RegExp; readonly cure: (user: string) => string }[] = [
  { pattern: /^sudo: .*password is required/m, cure: (user) => `add the line "${user} ALL=(ALL) NOPASSWD: ALL"` },
  { pattern: /is not in the sudoers file/, cure: (user) => `add the line "${user} ALL=(ALL) NOPASSWD: ALL"` },
  {
    pattern: /^Sorry, user \S+ (is not allowed to execute|may not run sudo)/m,
    cure: (user) => `add the line "${user} ALL=(ALL) NOPASSWD: ALL"`,
  },
  { pattern: /^sudo: sorry, you must have a tty/m, cure: (user) => `add the line "Defaults:${user} !requiretty"` },
];

/** What to throw when sudo did not let the command run; undefined when it did. */
export function sudoRefusal(
  target: SshTarget,
  command: RemoteCommand,
  result: { readonly code: number; readonly stderr: string },
): OperatorError | undefined {
  if (!needsSudo(target.user, command)) return undefined;
  if (result.code === 127 && /\bsudo: (command )?not found/.test(result.stderr)) {
    return denied(target, 'sudo is not installed: install it, or log in as root');
  }
  if (result.code !== 1) return undefined;
  const refusal = REFUSALS.find(({ pattern }) => pattern.test(result.stderr));
  if (refusal === undefined) return undefined;
  const said = result.stderr.trim().split('\n').at(-1);
  return denied(target, `${said}; ${refusal.cure(target.user)} with: visudo -f /etc/sudoers.d/${target.user}`);
}

function denied(target: SshTarget, why: string): OperatorError {
  return new OperatorError('AccessDenied', `Cannot become root on ${target.name} as ${target.user}: ${why}.`, {
    details: { host: target.name, user: target.user },
  });
}
