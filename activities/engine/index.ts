/**
 * activities/engine/ holds what is done through the engine's API: to hosts as the engine manages them, and the reads that
 * other folders share. What is done on a host by commands stands in host/ and hosted-engine/.
 */

export { addHostToEngine } from './add-host.ts';
export { createCluster, removeCluster, setCluster } from './cluster.ts';
export { createDataCenter, removeDataCenter } from './data-center.ts';
export { handOverSpm } from './hand-over-spm.ts';
export { activateHost, deactivateHost } from './maintenance.ts';
export { migrateEngineVm } from './migrate.ts';
export { removeHostFromEngine } from './remove-host.ts';
export { takeHostedEngineOff } from './take-off.ts';
export { distrustEngineKey, trustEngineKey } from './trust-key.ts';
