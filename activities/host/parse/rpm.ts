import { commandLine } from '../../../connectors/quote.ts';

export interface InstalledPackage {
  /** The name asked for; another package may provide it (`qemu-kvm-ev` provides `qemu-kvm`). */
  readonly wanted: string;
  readonly name: string;
  /** `4.5.0-10.el7_6.12`. */
  readonly version: string;
  /** When it was installed, in seconds since the epoch, by the host's clock. */
  readonly installedAt: number;
}

const FORMAT = '%{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}\\n';

/** Asks which of these are installed, under their own name or provided by another package. */
export function packageQuery(names: readonly string[]): string {
  return names
    .map((name) => {
      const own = commandLine(['rpm', '-q', '--qf', FORMAT, name]);
      const provided = commandLine(['rpm', '-q', '--whatprovides', '--qf', FORMAT, name]);
      return `${commandLine(['echo', `? ${name}`])}; ${own} || ${provided}`;
    })
    .join('\n');
}

/** Missing ones are announced on standard output, in words, not by a count that could be trusted. */
export function parsePackages(text: string): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  let wanted = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('? ')) {
      wanted = line.slice(2).trim();
      continue;
    }
    const match = /^(\S+) (\S+-\S+) (\d+)$/.exec(line.trim());
    if (match === null) continue;
    const [, name = '', version = '', installed = '0'] = match;
    found.set(wanted, { wanted, name, version, installedAt: Number(installed) });
  }
  return [...found.values()];
}
