import type { HostChange } from '../operation.ts';

/**
 * The changes that put text into a root-owned file: its mode is right before the first byte is there.
 * `dd` reads standard input itself, because `/dev/stdin` cannot be opened where sshd hands over a socket pair
 * (OpenSSH built without USE_PIPES).
 */
export function writeFile(
  path: string,
  mode: string,
  content: Pick<HostChange, 'stdin'> | Pick<HostChange, 'secretStdin'>,
  when: Pick<HostChange, 'before'> = {},
): readonly HostChange[] {
  return [
    { argv: ['install', '-D', '-m', mode, '/dev/null', path], ...when },
    { argv: ['dd', `of=${path}`, 'status=none'], ...content, ...when },
  ];
}
