/** Dependency resolution: what a request brings along, from the enabled repositories. */
import type { Host } from '../../kernel/host.ts';
import { compareNevra } from '../../kernel/versions.ts';
import type { PackageOffer } from '../../types.ts';
import { fetchRepository, type RepoConfig, repoConfigs } from './repositories.ts';

export interface Available {
  readonly offer: PackageOffer;
  readonly repo: string;
}

export interface Transaction {
  readonly install: Available[];
  readonly update: Available[];
  readonly dependencies: Available[];
}

export class RepositoryFailed extends Error {
  readonly repo: RepoConfig;
  constructor(repo: RepoConfig) {
    super(repo.id);
    this.repo = repo;
  }
}

/** A requirement that nothing provides. */
export class Unsolvable extends Error {
  readonly wanting: Available;
  readonly missing: string;
  constructor(wanting: Available, missing: string) {
    super(missing);
    this.wanting = wanting;
    this.missing = missing;
  }
}

export interface RepoChoice {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

const matchesId = (patterns: readonly string[], id: string): boolean =>
  patterns.some((pattern) => new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replace(/\*/g, '.*')}$`).test(id));

export function activeRepos(host: Host, choice: RepoChoice): RepoConfig[] {
  return repoConfigs(host).filter(
    (repo) => (repo.enabled || matchesId(choice.enable, repo.id)) && !matchesId(choice.disable, repo.id),
  );
}

/** Everything on offer; a repository that cannot be reached stops the run unless it may be skipped. */
export function sack(host: Host, choice: RepoChoice): Available[] {
  return activeRepos(host, choice).flatMap((repo) => {
    const found = fetchRepository(host, repo);
    if (found) return found.packages.map((offer) => ({ offer, repo: repo.id }));
    if (/^(1|true|yes)$/i.test(repo.settings.get('skip_if_unavailable') ?? '0')) return [];
    throw new RepositoryFailed(repo);
  });
}

export function best(candidates: readonly Available[]): Available | undefined {
  return [...candidates].sort((a, b) => compareNevra(b.offer, a.offer))[0];
}

export function provides(available: readonly Available[], name: string): Available | undefined {
  return (
    best(available.filter(({ offer }) => offer.name === name)) ??
    best(available.filter(({ offer }) => offer.provides?.includes(name)))
  );
}

function present(host: Host, name: string): boolean {
  return host.packages.has(name) || host.packages.all().some((one) => one.provides.includes(name));
}

/** Adds what the chosen ones need and is not there. */
export function complete(
  host: Host,
  available: readonly Available[],
  chosen: { install: readonly Available[]; update: readonly Available[] },
): Transaction {
  const all = new Map([...chosen.install, ...chosen.update].map((one) => [one.offer.name, one]));
  const dependencies: Available[] = [];
  const queue = [...all.values()];
  for (let one = queue.shift(); one; one = queue.shift())
    for (const name of one.offer.requires ?? []) {
      const brought = [...all.values()].some(({ offer }) => offer.name === name || offer.provides?.includes(name));
      if (present(host, name) || brought) continue;
      const found = provides(available, name);
      if (!found) throw new Unsolvable(one, name);
      all.set(found.offer.name, found);
      dependencies.push(found);
      queue.push(found);
    }
  return { install: [...chosen.install], update: [...chosen.update], dependencies };
}

/** Newer versions of what is installed, and packages that take the place of installed ones. */
export function updatesFor(host: Host, available: readonly Available[], names?: readonly string[]): Available[] {
  const found = new Map<string, Available>();
  for (const installed of host.packages.all()) {
    if (names && !matchesId(names, installed.name)) continue;
    const successor = best(available.filter(({ offer }) => offer.obsoletes?.includes(installed.name)));
    const newest = successor ?? best(available.filter(({ offer }) => offer.name === installed.name));
    if (newest && !host.packages.has(newest.offer.name) && successor) found.set(newest.offer.name, newest);
    else if (newest && newest.offer.name === installed.name && compareNevra(newest.offer, installed) > 0)
      found.set(newest.offer.name, newest);
  }
  return [...found.values()];
}
