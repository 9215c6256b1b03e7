/**
 * activities/engine/ holds what is done through the engine's API: to hosts as the engine manages them, and the reads that
 * other folders share. What is done on a host by commands stands in host/ and hosted-engine/.
 */
export { createCluster, removeCluster, setCluster } from './cluster.ts';
export { createDataCenter, removeDataCenter } from './data-center.ts';
export { activateHost, deactivateHost } from './maintenance.ts';
export { distrustEngineKey, trustEngineKey } from './trust-key.ts';
