import type { EngineDatabase } from '../database/database.ts';
import type { VmNicRow } from '../database/vm-nics.ts';
import { refused } from '../wire/fault.ts';

interface Carded {
  readonly name: string;
  readonly nics: readonly Pick<VmNicRow, 'profileId'>[];
}

/** Names that a refusal lists at most (engine: ReplacementUtils). */
const LISTED = 5;

/** The names as a refusal lists them, one on a line. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED);
  return [...shown, ...(names.length > LISTED ? ['...'] : [])].map((name) => `\t${name}`).join(',\n');
}

const namesOf = (rows: Iterable<Carded>, profiles: ReadonlySet<string>): string[] =>
  [...rows].filter(({ nics }) => nics.some(({ profileId }) => profiles.has(profileId ?? ''))).map(({ name }) => name);

/** Who uses profiles: virtual machines are looked at first, then templates, of one cluster only or of all. */
function users(db: EngineDatabase, profiles: ReadonlySet<string>, clusterId?: string): [string, string[]][] {
  const here = <T extends { clusterId?: string }>(rows: Iterable<T>): T[] =>
    [...rows].filter((row) => clusterId === undefined || row.clusterId === clusterId);
  return [
    ['virtual machine', namesOf(here(db.vms.values()), profiles)],
    ['template', namesOf(here(db.templates.values()), profiles)],
  ];
}

/** Keeps a network that virtual machines or templates are connected to (engine: NetworkValidator). */
export function checkNetworkUnused(db: EngineDatabase, doing: string, networkId: string, clusterId?: string): void {
  const profiles = [...db.vnicProfiles.values()].filter((one) => one.networkId === networkId).map(({ id }) => id);
  for (const [what, names] of users(db, new Set(profiles), clusterId)) refuseUsed(doing, what, names);
}

/** Refuses what would take a network from those that use it; none use it: nothing happens. */
export function refuseUsed(doing: string, what: string, names: readonly string[]): void {
  const [first, ...others] = names;
  if (first === undefined) return;
  throw refused(
    409,
    others.length === 0
      ? `Cannot ${doing} Network. This logical network is used by ${what}: ${first}\n - Please remove it from this ${what} and try again.`
      : `Cannot ${doing} Network. This logical network is used by ${what}s: (${names.length}): ${listed(names)}\n - Please detach ${what}s using this logical network and try again.`,
  );
}

/** Keeps a vNIC profile that a network card of a virtual machine or template has (engine: VnicProfileValidator). */
export function checkProfileUnused(db: EngineDatabase, profileId: string): void {
  for (const [what, names] of users(db, new Set([profileId]))) {
    if (names.length === 0) continue;
    throw refused(
      409,
      names.length === 1
        ? `Cannot remove VM network interface profile. This VM network interface profile is used by ${what}:  ${listed(names)}.\n - Please remove it from this ${what} and try again.`
        : `Cannot remove VM network interface profile. This VM network interface profile is used by ${what}s (${names.length}): ${listed(names)}\n - Please detach ${what}s using this profile and try again.`,
    );
  }
}
