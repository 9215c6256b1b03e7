/** Operations on VMs; each is exported under its name, which is the activity's. */
export { createVm, removeVm } from './create.ts';
export { addVmDisk, ejectVmCd, insertVmCd, removeVmDisk, removeVmWatchdog, setVmWatchdog } from './devices.ts';
export { migrateVm } from './migrate.ts';
export { connectVm, disconnectVm } from './nic.ts';
export { preflightVm } from './preflight.ts';
export { startVm, stopVm } from './run.ts';
export { awaitGuestAgent, verifyVm } from './verify.ts';
