/**
 * One file per procedure, to be read like the article; runtime/ holds what they are written with.
 * Everything here runs in Temporal's sandbox: no Node, no I/O, activities as types only.
 */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { runbooks } from '../runbooks/index.ts';

export { addHost } from './add-host.ts';
export { addHostedEngineHost } from './add-hosted-engine-host.ts';
export { attachStorageDomain } from './attach-storage-domain.ts';
export { buildDatacenter } from './build-datacenter.ts';
export { checkFailover } from './check-failover.ts';
export { cleanUpHostedEngine } from './clean-up-hosted-engine.ts';
export { configureFencing } from './configure-fencing.ts';
export { createCluster } from './create-cluster.ts';
export { createDataCenter } from './create-data-center.ts';
export { createHaVm } from './create-ha-vm.ts';
export { createLogicalNetwork } from './create-logical-network.ts';
export { deployHostedEngine } from './deploy-hosted-engine.ts';
export { findOrphanedStates } from './find-orphaned-states.ts';
export { runbookLocks } from './locks/runbook-locks.ts';
export { moveHostedEngine } from './move-hosted-engine.ts';
export { rebootHostedEngineHost } from './reboot-hosted-engine-host.ts';
export { recoverHostedEngineAgent } from './recover-hosted-engine-agent.ts';
export { judgeInput } from './runtime/judge-input.ts';
export { snapshotVm } from './snapshot-vm.ts';
export { uploadIso } from './upload-iso.ts';
export { verifyDatacenter } from './verify-datacenter.ts';
export { verifyHostedEngine } from './verify-hosted-engine.ts';

/** Answers every other workflow type: fails at once with the names that exist, because an unknown type would hang for ever. */
export default async function unknownRunbook(): Promise<never> {
  const known = Object.values(runbooks).map(({ name, example }) => `${name} ${JSON.stringify(example)}`);
  throw ApplicationFailure.nonRetryable(
    `There is no runbook "${workflowInfo().workflowType}". Known, with an example input: ${known.join('; ')}.`,
    'UnknownRunbook',
  );
}
