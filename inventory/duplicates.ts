/** What must differ within a list; looked at in the raw file, so that it is found beside all other problems. */
import type { Path, Problem } from './problem.ts';
import { fieldPath, problemAt } from './problems.ts';
import type { YamlSource } from './yaml-source.ts';

const DEFAULT_SSH_PORT = 22;

/** The lists whose entries are told apart by their name. */
const NAMED: readonly Path[] = [
  ['hosts'],
  ['storage', 'dataDomains'],
  ['networks'],
  ['isos'],
  ['vms'],
  ['windows'],
  ['notifications', 'receivers'],
];

export function findDuplicates(source: YamlSource): Problem[] {
  return [...NAMED.flatMap((list) => repeated(source, list, 'name')), ...hostDuplicates(source)];
}

function hostDuplicates(source: YamlSource): Problem[] {
  const of = (index: number, path: Path) => source.value(['hosts', index, ...path]);
  const endpoint = (index: number) => {
    const address = of(index, ['address']);
    return typeof address === 'string'
      ? `${address} port ${of(index, ['ssh', 'port']) ?? DEFAULT_SSH_PORT}`
      : undefined;
  };
  return [...repeated(source, ['hosts'], 'fqdn'), ...repeated(source, ['hosts'], 'address', endpoint)];
}

function repeated(
  source: YamlSource,
  list: Path,
  field: string,
  read: (index: number) => unknown = (index) => source.value([...list, index, field]),
): Problem[] {
  const entries = source.value(list);
  if (!Array.isArray(entries)) return [];
  const seen = new Map<string, number>();
  const problems: Problem[] = [];
  for (let index = 0; index < entries.length; index++) {
    const value = read(index);
    if (typeof value !== 'string') continue;
    const first = seen.get(value.toLowerCase());
    if (first === undefined) seen.set(value.toLowerCase(), index);
    else {
      const where = `${fieldPath([...list, first])} in line ${source.line([...list, first, field])}`;
      const each = `each ${ENTRY[String(list.at(-1))]} needs its own`;
      problems.push(problemAt(source, [...list, index, field], `is ${value}, which ${where} has already; ${each}`));
    }
  }
  return problems;
}

const ENTRY: Readonly<Record<string, string>> = {
  hosts: 'host',
  dataDomains: 'storage domain',
  networks: 'network',
  isos: 'image',
  vms: 'VM',
  windows: 'window',
  receivers: 'receiver',
};
