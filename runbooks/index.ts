import { addHostedEngineHost } from './add-hosted-engine-host.ts';
import { attachStorageDomain } from './attach-storage-domain.ts';
import { createCluster } from './create-cluster.ts';
import { createDataCenter } from './create-data-center.ts';
import type { RunbookDefinition } from './definition.ts';
import { deployHostedEngine } from './deploy-hosted-engine.ts';
import { moveHostedEngine } from './move-hosted-engine.ts';
import { rebootHostedEngineHost } from './reboot-hosted-engine-host.ts';
import { recoverHostedEngineAgent } from './recover-hosted-engine-agent.ts';
import { verifyHostedEngine } from './verify-hosted-engine.ts';

/** Every runbook that can be started, by workflow type. */
export const runbooks: Readonly<Record<string, RunbookDefinition>> = Object.fromEntries(
  (
    [
      addHostedEngineHost,
      deployHostedEngine,
      createDataCenter,
      createCluster,
      moveHostedEngine,
      attachStorageDomain,
      rebootHostedEngineHost,
      recoverHostedEngineAgent,
      verifyHostedEngine,
    ] as RunbookDefinition[]
  ).map((runbook) => [runbook.name, runbook]),
);
