/** What must differ between hosts; looked at in the raw file, so that it is found beside all other problems. */
import type { Path, Problem } from './problem.ts';
import { problemAt } from './problems.ts';
import type { YamlSource } from './yaml-source.ts';

const DEFAULT_SSH_PORT = 22;

export function findDuplicates(source: YamlSource): Problem[] {
  const hosts = source.value(['hosts']);
  if (!Array.isArray(hosts)) return [];
  const of = (index: number, path: Path) => source.value(['hosts', index, ...path]);
  const endpoint = (index: number) => {
    const address = of(index, ['address']);
    return typeof address === 'string'
      ? `${address} port ${of(index, ['ssh', 'port']) ?? DEFAULT_SSH_PORT}`
      : undefined;
  };
  return [
    ...repeated(source, hosts.length, 'name', (index) => of(index, ['name'])),
    ...repeated(source, hosts.length, 'fqdn', (index) => of(index, ['fqdn'])),
    ...repeated(source, hosts.length, 'address', endpoint),
  ];
}

function repeated(source: YamlSource, count: number, field: string, read: (index: number) => unknown): Problem[] {
  const seen = new Map<string, number>();
  const problems: Problem[] = [];
  for (let index = 0; index < count; index++) {
    const value = read(index);
    if (typeof value !== 'string') continue;
    const first = seen.get(value.toLowerCase());
    if (first === undefined) seen.set(value.toLowerCase(), index);
    else {
      const where = `hosts[${first}] in line ${source.line(['hosts', first, field])}`;
      problems.push(
        problemAt(source, ['hosts', index, field], `is ${value}, which ${where} has already; each host needs its own`),
      );
    }
  }
  return problems;
}
