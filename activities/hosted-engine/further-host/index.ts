import type { InventoryHost } from '../../../inventory/schema.ts';
import type { HostParams } from '../../host/params.ts';
import { type Decision, type OperationContext, operation } from '../../operation.ts';
import { type CheckInput, Verdict } from '../preflight/checks.ts';
import { checkHost } from '../preflight/host.ts';
import { checkNames } from '../preflight/names.ts';
import { checkNetwork } from '../preflight/network.ts';
import { checkRepositories } from '../preflight/software.ts';
import { inventoryHost, resolveWish } from '../wish.ts';
import { type FurtherHostFacts, gatherFurtherHost } from './facts.ts';
import { judgeEngine, judgeHostedEngine, judgeLun, judgeMemory, judgeNetwork, judgeOwner } from './judge.ts';

/** Which runbook adds a host of which role. */
const RUNBOOKS = { hostedEngine: 'addHostedEngineHost', host: 'addHost' } as const;

export interface FurtherHostOutput {
  /** `hostname -f`. */
  readonly hostName: string;
  /** Name of the cluster of the engine VM. */
  readonly cluster: string;
  /** How the engine has the host now, in a sentence. */
  readonly inEngine: string;
}

/** Finds all at once what would keep a host from running the engine VM; changes nothing. (article, section 8) */
export const preflightHostedEngineHost = operation<HostParams, FurtherHostFacts, FurtherHostOutput>({
  name: 'preflightHostedEngineHost',
  title: ({ host }) => `Check ${host}, its storage and the engine`,
  look: (context, { host }) => gatherFurtherHost(context, host),
  decide: (all, params, context) => judge('hostedEngine', all, params, context),
});

/** Finds all at once what would keep a host from running other VMs than the engine's; changes nothing. (article, section 8) */
export const preflightHost = operation<HostParams, FurtherHostFacts, FurtherHostOutput>({
  name: 'preflightHost',
  title: ({ host }) => `Check ${host} and the engine`,
  look: (context, { host }) => gatherFurtherHost(context, host),
  decide: (all, params, context) => judge('host', all, params, context),
});

function judge(
  role: InventoryHost['role'],
  all: FurtherHostFacts,
  { host: name }: HostParams,
  { inventory, profile }: Pick<OperationContext, 'inventory' | 'profile'>,
): Decision<FurtherHostOutput> {
  const verdict = new Verdict();
  if ('unreachable' in all.here) {
    verdict.demand(false, all.here.unreachable.message, 'Make the worker reach the host over SSH');
    return { state: 'refused', changes: [], evidence: [], findings: verdict.findings };
  }
  const host = inventoryHost(inventory, name);
  const known = all.engine.hosts.find(({ inventoryName }) => inventoryName === name);
  const wish = resolveWish({ host: name }, inventory);
  // What the appliance needs only where it is unpacked is not asked for here.
  const input: CheckInput = { facts: all.here, wish, inventory, host, profile, deployed: true };
  verdict.demand(
    host.role === role,
    `the inventory gives ${name} the role ${host.role}`,
    `Give it the role ${role} (hosts[].role), or use the runbook ${RUNBOOKS[host.role]}`,
  );
  const { memoryMiB } = checkHost(input, verdict);
  checkNames(input, verdict);
  const network = checkNetwork(input, verdict);
  checkRepositories(input, verdict);
  judgeOwner(input, all, known !== undefined, verdict);
  judgeNetwork(input, network, all.siblings, verdict);
  judgeEngine(input, all, verdict);
  if (role === 'hostedEngine') {
    judgeMemory(input, memoryMiB, all, verdict);
    judgeLun(input, all, verdict);
    judgeHostedEngine(input, all, verdict);
  }
  const { evidence, findings } = verdict;
  const { cluster } = all.engine;
  if (findings.length > 0 || cluster === undefined) return { state: 'refused', changes: [], evidence, findings };
  const inEngine = known === undefined ? 'not known to it' : `${known.status}, ${known.vms.length} VMs`;
  const output = { hostName: all.here.hostName, cluster: cluster.name, inEngine };
  const purpose = role === 'hostedEngine' ? 'the engine VM' : 'VMs';
  const first = `${name} can become a host for ${purpose}: ${evidence.length} facts checked`;
  return { state: 'already', changes: [], evidence: [first, ...evidence], output };
}
