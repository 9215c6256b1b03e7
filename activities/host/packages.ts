import type { PackageSpec, Profile } from '../../profiles/profile.ts';
import type { HostChange, OperationContext } from '../operation.ts';
import type { InstallPackages } from './params.ts';
import { type InstalledPackage, packageQuery, parsePackages } from './parse/rpm.ts';

export interface PackageFacts {
  readonly installed: readonly InstalledPackage[];
}

/** The packages of a set of the profile, or the named ones as they are. */
export function wantedPackages(packages: InstallPackages['packages'], profile: Profile): readonly PackageSpec[] {
  return typeof packages === 'string' ? profile.packages[packages] : packages.map((name) => ({ name }));
}

export async function lookAtPackages(
  context: OperationContext,
  host: string,
  specs: readonly PackageSpec[],
): Promise<PackageFacts> {
  const answer = await context.host(host).readScript(packageQuery(specs.map(({ name }) => name)));
  return { installed: parsePackages(answer.stdout) };
}

export function missingPackages(facts: PackageFacts, specs: readonly PackageSpec[]): readonly PackageSpec[] {
  const present = new Set(facts.installed.map(({ wanted }) => wanted));
  return specs.filter(({ name }) => !present.has(name));
}

/**
 * Installs what is missing. 1 is no error by itself: yum ends so when an rpm given by URL is there already, and it ends
 * with 0 when it found only some of the names. Only the look afterwards tells.
 */
export function installChange(missing: readonly PackageSpec[]): HostChange {
  const sources = missing.map(({ name, from }) => from ?? name);
  const byUrl = missing.some(({ from }) => from !== undefined);
  return { argv: ['yum', '-y', 'install', ...sources], ...(byUrl && { okCodes: [0, 1] }) };
}

export function packageEvidence(facts: PackageFacts): readonly string[] {
  return facts.installed.map(({ wanted, name, version }) =>
    name === wanted ? `${name}-${version} is installed` : `${wanted} is provided by ${name}-${version}`,
  );
}
