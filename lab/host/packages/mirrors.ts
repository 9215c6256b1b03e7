/** The mirrors of CentOS and EPEL in the simulated internet. */
import type { Lab, PackageOffer, Repository } from '../../types.ts';
import { base, epel, extras, qemuEv, updates } from './catalogue.ts';

export const urls = {
  base: 'http://mirror.centos.org/centos/7/os/x86_64',
  updates: 'http://mirror.centos.org/centos/7/updates/x86_64',
  extras: 'http://mirror.centos.org/centos/7/extras/x86_64',
  epel: 'http://download.fedoraproject.org/pub/epel/7/x86_64',
  qemuEv: 'http://mirror.centos.org/centos/7/virt/x86_64/kvm-common',
} as const;

export function publishRepositories(lab: Lab): void {
  const publish = (url: string, title: string, packages: readonly PackageOffer[], count: number): void => {
    const repository: Repository = { title, packages: [...packages], reachable: true, count };
    lab.mirrors.set(url, repository);
  };
  publish(urls.base, 'CentOS-7 - Base', base, 10_097);
  publish(urls.updates, 'CentOS-7 - Updates', updates, 1_016);
  publish(urls.extras, 'CentOS-7 - Extras', extras, 323);
  publish(urls.epel, 'Extra Packages for Enterprise Linux 7 - x86_64', epel, 13_517);
  publish(urls.qemuEv, 'CentOS-7 - QEMU EV', qemuEv, 63);
}
