export { migrateVm } from './migrate-vm.ts';
export { shutDownVm, startVm } from './power.ts';
