import { addHost } from './add-host.ts';
import { addHostedEngineHost } from './add-hosted-engine-host.ts';
import { attachStorageDomain } from './attach-storage-domain.ts';
import { buildDatacenter } from './build-datacenter.ts';
import { checkFailover } from './check-failover.ts';
import { cleanUpHostedEngine } from './clean-up-hosted-engine.ts';
import { configureFencing } from './configure-fencing.ts';
import { createCluster } from './create-cluster.ts';
import { createDataCenter } from './create-data-center.ts';
import { createHaVm } from './create-ha-vm.ts';
import { createLogicalNetwork } from './create-logical-network.ts';
import type { RunbookDefinition } from './definition.ts';
import { deployHostedEngine } from './deploy-hosted-engine.ts';
import { findOrphanedStates } from './find-orphaned-states.ts';
import { moveHostedEngine } from './move-hosted-engine.ts';
import { rebootHostedEngineHost } from './reboot-hosted-engine-host.ts';
import { recoverHostedEngineAgent } from './recover-hosted-engine-agent.ts';
import { snapshotVm } from './snapshot-vm.ts';
import { uploadIso } from './upload-iso.ts';
import { verifyDatacenter } from './verify-datacenter.ts';
import { verifyHostedEngine } from './verify-hosted-engine.ts';

/** Every runbook that can be started, by workflow type; in the order in which a datacentre is built. */
export const runbooks: Readonly<Record<string, RunbookDefinition>> = Object.fromEntries(
  (
    [
      buildDatacenter,
      deployHostedEngine,
      createDataCenter,
      createCluster,
      addHostedEngineHost,
      addHost,
      configureFencing,
      attachStorageDomain,
      createLogicalNetwork,
      uploadIso,
      createHaVm,
      snapshotVm,
      checkFailover,
      moveHostedEngine,
      rebootHostedEngineHost,
      recoverHostedEngineAgent,
      cleanUpHostedEngine,
      verifyHostedEngine,
      verifyDatacenter,
      findOrphanedStates,
    ] as RunbookDefinition[]
  ).map((runbook) => [runbook.name, runbook]),
);
