/** Operations on VMs; each is exported under its name, which is the activity's. */

export { ejectVmCd, insertVmCd } from './cd.ts';
export { createVm, removeVm } from './create.ts';
export { addVmDisk, removeVmDisk } from './disk.ts';
export { migrateVm } from './migrate-vm.ts';
export { connectVm, disconnectVm } from './nic.ts';
export { powerOffVm, shutDownVm, startVm } from './power.ts';
export { preflightVm } from './preflight.ts';
export { setVm } from './settings.ts';
export * from './snapshot/index.ts';
export { awaitGuestAgent, verifyVm } from './verify.ts';
export { removeVmWatchdog, setVmWatchdog } from './watchdog.ts';
