import { cpuFeature } from './cpu-feature.ts';
import { ensureFirewalld, restoreFirewall } from './firewall.ts';
import { installPackages, installReleasePackage } from './install-packages.ts';
import { disableRepository, enableRepository } from './repository.ts';
import { restartService } from './restart-service.ts';
import { enableService, restoreService } from './service.ts';
import { updatePackages } from './update-packages.ts';

/** Operations on one host, by name. */
export const hostOperations = {
  cpuFeature,
  disableRepository,
  enableRepository,
  enableService,
  ensureFirewalld,
  installPackages,
  installReleasePackage,
  restartService,
  restoreFirewall,
  restoreService,
  updatePackages,
} as const;
