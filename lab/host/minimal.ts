/** The packages of a freshly installed host and the services that its preset enables. */
import type { LabHost, PackageOffer } from '../types.ts';

const installed: readonly PackageOffer[] = [
  { name: 'bash', epoch: 0, version: '4.2.46', release: '33.el7', arch: 'x86_64' },
  { name: 'coreutils', epoch: 0, version: '8.22', release: '24.el7', arch: 'x86_64' },
];

export function minimalInstallation(host: LabHost): void {
  for (const offer of installed) host.packages.install(offer, { fromRepo: 'anaconda' });
}
