/** Names in the inventory that must be defined elsewhere in it. */
import { nearest } from './nearest.ts';
import type { Path, Problem } from './problem.ts';
import { problemAt } from './problems.ts';
import type { YamlSource } from './yaml-source.ts';

/** The storage domain that the deployment makes for the engine VM; images may lie there, too. */
export const HOSTED_STORAGE = 'hosted_storage';
/** The network that every data center has. */
export const MANAGEMENT_NETWORK = 'ovirtmgmt';

export function findBrokenReferences(source: YamlSource): Problem[] {
  const domains = [...names(source, ['storage', 'dataDomains']), HOSTED_STORAGE];
  const networks = [...names(source, ['networks']), MANAGEMENT_NETWORK];
  const isos = names(source, ['isos']);
  return [
    ...entries(source, ['isos']).flatMap((at) => check(source, [...at, 'domain'], domains, 'storage domain')),
    ...entries(source, ['vms']).flatMap((at) => [
      ...check(source, [...at, 'disk', 'domain'], domains, 'storage domain'),
      ...check(source, [...at, 'highAvailability', 'lease'], domains, 'storage domain'),
      ...check(source, [...at, 'iso'], isos, 'image'),
      ...entries(source, [...at, 'networks']).flatMap((each) => check(source, each, networks, 'network')),
    ]),
  ];
}

function entries(source: YamlSource, list: Path): Path[] {
  const value = source.value(list);
  return Array.isArray(value) ? value.map((_entry, index) => [...list, index]) : [];
}

/** An image without a name is called as its file. */
function names(source: YamlSource, list: Path): string[] {
  return entries(source, list).flatMap((at) => {
    const name = source.value([...at, 'name']) ?? fileName(source.value([...at, 'file']));
    return typeof name === 'string' ? [name] : [];
  });
}

export function fileName(path: unknown): string | undefined {
  return typeof path === 'string' ? path.slice(path.lastIndexOf('/') + 1) : undefined;
}

function check(source: YamlSource, path: Path, known: readonly string[], what: string): Problem[] {
  const value = source.value(path);
  if (typeof value !== 'string' || known.includes(value)) return [];
  const near = nearest(value, known);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  const named = known.length === 0 ? 'none is described' : `described are ${known.join(', ')}`;
  return [problemAt(source, path, `names the ${what} "${value}", which this file does not describe${hint}; ${named}`)];
}
