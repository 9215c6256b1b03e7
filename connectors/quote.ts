/** The one place where text becomes part of a shell's command line. */

/** Bash reads these as its grammar when they stand bare in front. */
const RESERVED = new Set(
  'case coproc do done elif else esac fi for function if in select then time until while'.split(' '),
);

/** Words of these characters mean themselves in every POSIX shell. A leading `=` means something in zsh. */
const BARE = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+:,./=-]*$/;

/** One argument, quoted only where a shell would otherwise read it differently. */
export function quote(argument: string): string {
  if (argument.includes('\0')) throw new TypeError('a command argument cannot hold a NUL byte');
  return BARE.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A program with its arguments as one line that any POSIX shell, and `sudo`, reads as just that. */
export function commandLine(argv: readonly string[]): string {
  const [program, ...args] = argv;
  if (program === undefined || program === '') throw new TypeError('a command needs a program');
  if (program.startsWith('-') || program.includes('=')) {
    throw new TypeError(`${program} cannot be the name of a program: sudo would read an option or an assignment`);
  }
  const first = RESERVED.has(program) ? `'${program}'` : quote(program);
  return [first, ...args.map(quote)].join(' ');
}
