import type { Inventory, ProfileName } from '../inventory/schema.ts';
import { ovirt43 } from './ovirt-4.3.ts';
import type { PackageSpec, Profile } from './profile.ts';

export const profiles: Readonly<Record<ProfileName, Profile>> = { 'ovirt-4.3': ovirt43 };

/** The profile that the inventory names, with what differs at this site put in. */
export function resolveProfile(inventory: Pick<Inventory, 'profile'>): Profile {
  const choice = inventory.profile;
  const profile = profiles[choice.name];
  return {
    ...profile,
    packages: {
      ...profile.packages,
      release: replaceSource(profile.packages.release, choice.releasePackage),
      epel: replaceSource(profile.packages.epel, choice.epelPackage),
    },
    repositories: {
      libvirtLatest: choice.repositories?.libvirtLatest ?? profile.repositories.libvirtLatest,
    },
  };
}

/** Whether a host with these values in /etc/os-release is one that the profile is for. */
export function runsProfile({ operatingSystem }: Profile, osRelease: ReadonlyMap<string, string>): boolean {
  const { ids, major } = operatingSystem;
  return ids.includes(osRelease.get('ID') ?? '') && osRelease.get('VERSION_ID')?.split('.')[0] === major;
}

/**
 * A URL or path brings the package of the profile from elsewhere; a bare name is another package altogether.
 * The file's own name says nothing: `ovirt-release43.rpm` carries no version, `epel-release-latest-7` no real one.
 */
function replaceSource(specs: readonly PackageSpec[], source: string | undefined): readonly PackageSpec[] {
  if (source === undefined) return specs;
  if (!source.includes('/')) return [{ name: source }];
  return specs.map(({ name }) => ({ name, from: source }));
}
