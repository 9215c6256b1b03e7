/** Operations on one host; each is exported under its name, which is the activity's. */
export { cpuFeature } from './cpu-feature.ts';
export { ensureFirewalld, restoreFirewall } from './firewall.ts';
export { installPackages, installReleasePackage } from './install-packages.ts';
export { noteBoot, rebootHost } from './reboot.ts';
export { disableRepository, enableRepository } from './repository.ts';
export { restartService } from './restart-service.ts';
export { enableService, restoreService } from './service.ts';
export { updatePackages } from './update-packages.ts';
