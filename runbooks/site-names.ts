/** The names by which the inventory knows things, and what is said of one that it does not have; pure data. */
import { didYouMean } from '../inventory/nearest.ts';

/** An image as the inventory describes it. */
export interface WishedImage {
  readonly file: string;
  readonly name?: string | undefined;
  readonly domain: string;
}

/** What is known of the site when a run's input is judged, and when it names its locks. */
export interface SiteNames {
  readonly hosts: readonly { readonly name: string; readonly role: 'hostedEngine' | 'host' }[];
  readonly engine: { readonly cluster: string };
  readonly wished: {
    readonly isos: readonly WishedImage[];
    readonly dataDomains: readonly { readonly name: string }[];
    readonly networks: readonly { readonly name: string }[];
    readonly vms: readonly { readonly name: string }[];
  };
}

/** Where the inventory describes them. */
const PLACES = {
  host: 'hosts',
  network: 'networks',
  image: 'isos',
  VM: 'vms',
  'storage domain': 'storage.dataDomains',
} as const;

/** A sentence for each given name that the inventory does not have for such a thing: which field, what there is. */
export function unknownNames(
  field: string,
  kind: keyof typeof PLACES,
  given: string | readonly string[] | undefined,
  known: readonly string[],
): readonly string[] {
  const all = `${PLACES[kind]} has ${known.join(', ') || 'none'}`;
  return [given ?? []]
    .flat()
    .filter((name) => !known.includes(name))
    .map((name) => `${field}: the inventory has no ${kind} ${name}; ${all}.${didYouMean(name, known)}`);
}

/** For runbooks that act on one host. */
export function unknownHost({ host }: { readonly host?: string | undefined }, { hosts }: Pick<SiteNames, 'hosts'>) {
  return unknownNames('host', 'host', host, names(hosts));
}

export const names = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name);
