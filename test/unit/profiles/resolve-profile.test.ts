import { describe, expect, it } from 'vitest';
import { resolveProfile } from '../../../profiles/index.ts';
import { ovirt43 } from '../../../profiles/ovirt-4.3.ts';

describe('resolveProfile', () => {
  it('gives the profile as it is when the inventory only names it', () => {
    expect(resolveProfile({ profile: { name: 'ovirt-4.3' } })).toEqual(ovirt43);
  });

  it('takes the release and epel packages from a mirror of the site under their own names', () => {
    const profile = resolveProfile({
      profile: {
        name: 'ovirt-4.3',
        releasePackage: 'https://mirror.example.com/ovirt-release43.rpm',
        epelPackage: 'https://mirror.example.com/epel-release-latest-7.noarch.rpm',
      },
    });
    expect(profile.packages.release).toEqual([
      { name: 'ovirt-release43', from: 'https://mirror.example.com/ovirt-release43.rpm' },
    ]);
    expect(profile.packages.epel).toEqual([
      { name: 'epel-release', from: 'https://mirror.example.com/epel-release-latest-7.noarch.rpm' },
    ]);
    expect(profile.packages.kvm).toEqual(ovirt43.packages.kvm);
  });

  it('takes a bare name as another package of the enabled repositories', () => {
    const profile = resolveProfile({ profile: { name: 'ovirt-4.3', releasePackage: 'ovirt-release-site' } });
    expect(profile.packages.release).toEqual([{ name: 'ovirt-release-site' }]);
  });

  it('replaces the id of the repository with the outdated libvirt', () => {
    const profile = resolveProfile({ profile: { name: 'ovirt-4.3', repositories: { libvirtLatest: 'site-virt' } } });
    expect(profile.repositories.libvirtLatest).toBe('site-virt');
  });

  it('lists each package once: the article repeats three of them', () => {
    const names = ovirt43.packages.kvm.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
