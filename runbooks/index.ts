import type { RunbookDefinition } from './definition.ts';
import { deployHostedEngine } from './deploy-hosted-engine.ts';

/** Every runbook that can be started, by workflow type. */
export const runbooks: Readonly<Record<string, RunbookDefinition>> = Object.fromEntries(
  ([deployHostedEngine] as RunbookDefinition[]).map((runbook) => [runbook.name, runbook]),
);
