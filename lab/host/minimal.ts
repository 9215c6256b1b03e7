/** The packages of a freshly installed host; their presets enable the services. */
import type { LabHost } from '../types.ts';
import { minimal } from './packages/catalogue.ts';

export function minimalInstallation(host: LabHost): void {
  for (const offer of minimal) host.packages.install(offer, { fromRepo: 'anaconda' });
}
