/**
 * activities/hosted-engine/ha/ looks at what keeps the hosted engine available (agents, brokers and their shared
 * metadata, as seen from every host that can run the engine VM) and brings a dead agent back.
 */
export { awaitHostedEngine } from './await-engine.ts';
export { awaitHostedEngineHost } from './await-host.ts';
export { checkHaAgent } from './check-agent.ts';
export { findEngineVm } from './find-engine-vm.ts';
export { endGlobalMaintenance, setGlobalMaintenance } from './global-maintenance.ts';
export { inspectHostedEngine } from './inspect.ts';
export { recoverHaAgent } from './recover-agent.ts';
export { shutDownEngineVm } from './shut-down-engine-vm.ts';
export { startEngineVm } from './start-engine-vm.ts';
export { startHaFoundation } from './start-foundation.ts';
