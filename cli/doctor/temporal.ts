import type { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { SEARCH_ATTRIBUTES } from '../../workers/search-attributes.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { messageOf } from '../failure.ts';
import type { Settings } from '../settings.ts';
import { RETENTION_DAYS } from '../stack/temporal-server.ts';
import { livePollers, openConnection } from '../temporal.ts';
import { type Finding, notChecked, ok, problem } from './finding.ts';

export interface TemporalReport {
  readonly findings: readonly Finding[];
  /** Identities of the workers that poll, `pid@hostname`. */
  readonly workers: readonly string[];
}

const DAY_MS = 86_400_000;
const ANSWER_MS = 5_000;

/** The server, what runs need of it, and whether anybody serves the task queue. */
export async function checkTemporal(settings: Settings): Promise<TemporalReport> {
  const { address } = settings;
  const connection = await openConnection(address).catch((error: unknown) => messageOf(error));
  if (typeof connection === 'string') {
    const later = ['temporal.namespace', 'temporal.retention', 'temporal.searchAttributes', 'temporal.worker'];
    const fix =
      'Start a stack with "npx runbook up --inventory datacenter.yaml", or name a server with --address or TEMPORAL_ADDRESS';
    return {
      findings: [
        problem('temporal.reachable', address, `Temporal does not answer at ${address}: ${connection}`, fix),
        ...notChecked(later, address, `Temporal does not answer at ${address}`),
      ],
      workers: [],
    };
  }
  try {
    return await connection.withDeadline(Date.now() + ANSWER_MS, () => ask(connection, settings));
  } finally {
    await connection.close();
  }
}

async function ask(connection: Connection, settings: Settings): Promise<TemporalReport> {
  const { address, namespace } = settings;
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  const reached = ok('temporal.reachable', address, `Temporal ${serverVersion} answers at ${address}`);
  const description = await connection.workflowService.describeNamespace({ namespace }).catch(codeOf);
  if (typeof description === 'number') {
    const missing = description === NOT_FOUND;
    const what = missing ? `there is no namespace ${namespace}` : `namespace ${namespace} may not be read`;
    const fix = missing
      ? `temporal operator namespace create -n ${namespace} --retention ${RETENTION_DAYS}d, or name another with --namespace`
      : `Give this account access to namespace ${namespace}`;
    const later = ['temporal.retention', 'temporal.searchAttributes', 'temporal.worker'];
    return {
      findings: [reached, problem('temporal.namespace', namespace, what, fix), ...notChecked(later, namespace, what)],
      workers: [],
    };
  }
  const kept = tsToMs(description.config?.workflowExecutionRetentionTtl) / DAY_MS;
  const workers = await livePollers({ connection, settings });
  return {
    findings: [
      reached,
      ok('temporal.namespace', namespace, `namespace ${namespace} is there`),
      retention(namespace, kept),
      await searchAttributes(connection, namespace),
      worker(address, workers),
    ],
    workers,
  };
}

export function retention(namespace: string, days: number): Finding {
  const what = `namespace ${namespace} keeps closed runs for ${Math.round(days * 10) / 10} days`;
  if (days >= RETENTION_DAYS) return ok('temporal.retention', namespace, what);
  const fix = `temporal operator namespace update -n ${namespace} --retention ${RETENTION_DAYS}d`;
  return problem('temporal.retention', namespace, `${what}, less than ${RETENTION_DAYS}`, fix);
}

/** gRPC codes. */
const NOT_FOUND = 5;
const FORBIDDEN: readonly number[] = [7, 12, 16];

async function searchAttributes(connection: Connection, namespace: string): Promise<Finding> {
  const id = 'temporal.searchAttributes';
  const listed = await connection.operatorService.listSearchAttributes({ namespace }).catch(codeOf);
  if (typeof listed === 'number') {
    const [finding] = notChecked([id], namespace, 'this account may not list search attributes');
    return finding as Finding;
  }
  const { customAttributes } = listed;
  const names = Object.keys(SEARCH_ATTRIBUTES);
  const missing = names.filter((name) => customAttributes[name] === undefined);
  const other = names.filter((name) => (customAttributes[name] ?? SEARCH_ATTRIBUTES[name]) !== SEARCH_ATTRIBUTES[name]);
  if (other.length > 0) {
    const what = `${other.join(', ')} has another type than runs need: they go without search attributes`;
    return problem(id, namespace, what, 'Use a namespace of its own for the runbooks');
  }
  if (missing.length > 0) {
    const fix = 'Start a worker, which registers them; where it may not, by hand as in docs/production.md';
    return problem(id, namespace, `search attributes are not registered: ${missing.join(', ')}`, fix);
  }
  return ok(id, namespace, 'the search attributes are registered');
}

function worker(address: string, workers: readonly string[]): Finding {
  if (workers.length === 0) {
    const fix = 'npx runbook up, or "npx runbook worker" to have it in this terminal';
    return problem('temporal.worker', address, `no worker serves the task queue "${TASK_QUEUE}"`, fix);
  }
  const many = workers.length === 1 ? 'a worker serves' : `${workers.length} workers serve`;
  return ok('temporal.worker', address, `${many} the task queue "${TASK_QUEUE}": ${workers.join(', ')}`);
}

function codeOf(error: unknown): number {
  const { code } = error as { code?: unknown };
  if (typeof code === 'number' && (code === NOT_FOUND || FORBIDDEN.includes(code))) return code;
  throw error;
}
