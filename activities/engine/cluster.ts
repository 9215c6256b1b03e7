import { type EngineCluster, engineCluster } from '../../connectors/engine/model/cluster.ts';
import { engineClusterLevel } from '../../connectors/engine/model/cluster-level.ts';
import { engineDataCenter } from '../../connectors/engine/model/data-center.ts';
import { type JsonObject, OperatorError } from '../../failures/operator-error.ts';
import type { InventoryFencingPolicy } from '../../inventory/wished.ts';
import { commonCpuType, type Processor } from '../../profiles/cpu-types.ts';
import { parseProcessor } from '../host/parse/cpu.ts';
import { readAll } from '../host/read-all.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext } from '../operation.ts';
import type { Differences } from './data-center.ts';
import { type FencingPolicy, policyWords, sameParts, wishedPolicy } from './fencing-policy.ts';

export interface ClusterParams {
  readonly name: string;
}

export interface CreateCluster extends ClusterParams {
  readonly dataCenter: string;
  /** As the engine names it; default: the newest that the oldest CPU among `hosts` has. */
  readonly cpuType?: string;
  /** When its hosts are fenced; what is not named stays as it is. */
  readonly fencing?: InventoryFencingPolicy;
  /** Hosts that are to be in the cluster: names in the inventory. */
  readonly hosts: readonly string[];
}

interface ClusterFacts {
  readonly found: EngineCluster | undefined;
  readonly dataCenter: { readonly id: string; readonly name: string } | undefined;
  /** Undefined where /proc/cpuinfo could not be read. */
  readonly processors: ReadonlyMap<string, Processor | undefined>;
  /** The CPU types that the engine knows for the cluster's level. */
  readonly knownTypes: readonly string[];
}

/** The level of a new cluster on an engine of this version; also where the names of CPU types come from. */
const LEVEL = '4.3';

/**
 * Brings about a cluster with a Linux bridge as switch, firewalld as firewall, the CPU type that all its hosts can give,
 * and the fencing policy that is wished. Leaves it empty; an existing one keeps what is not named here.
 * (article, section 7; engine, /clusters)
 */
export const createCluster = engineOperation<CreateCluster, ClusterFacts, Differences>({
  name: 'createCluster',
  title: ({ name }) => `Create the cluster ${name}`,
  settleSeconds: 60,
  async look(context, { name, dataCenter, hosts }) {
    const engine = context.engine();
    const [found, center, level, processors] = await Promise.all([
      engine.named('/clusters', name, engineCluster),
      engine.named('/datacenters', dataCenter, engineDataCenter),
      engine.get(`/clusterlevels/${LEVEL}`, engineClusterLevel),
      readProcessors(context, hosts),
    ]);
    const knownTypes = level.cpu_types.map((type) => type.name);
    return { found, dataCenter: center, processors, knownTypes };
  },
  decide(facts, params): EngineDecision<Differences> {
    const { found } = facts;
    const { name } = params;
    const chosen = chooseCpuType(facts, params);
    const findings = [...chosen.findings, ...misplaced(facts, params)];
    const wished = {
      ...{ cpu: { type: chosen.type ?? '' }, switch_type: 'legacy', firewall_type: 'firewalld' },
      ...(params.fencing !== undefined && { fencing_policy: wishedPolicy(params.fencing) }),
    };
    const evidence = [
      found === undefined ? `the engine has no cluster ${name}` : describe(found),
      ...[...facts.processors].map(([host, processor]) => describeProcessor(host, processor)),
      ...(chosen.type === undefined ? [] : [`CPU type for all of them: ${chosen.type}`]),
    ];
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    if (found === undefined) {
      const cpu = { architecture: 'x86_64', ...wished.cpu };
      const body = { name, data_center: { name: params.dataCenter }, ...wished, cpu };
      return {
        state: 'wouldDo',
        changes: [{ request: 'POST', path: '/clusters', body }],
        evidence,
        output: { exists: false, differences: [] },
        undo: {
          title: `Remove the cluster ${name}`,
          call: { operation: 'removeCluster', params: { name } },
          byHand: `remove cluster ${name} in the Administration Portal`,
        },
      };
    }
    return { ...change(found, wished), evidence };
  },
});

export interface SetCluster extends ClusterParams {
  readonly settings: ClusterSettings;
}

/**
 * Gives an existing cluster these settings; leaves all others. An empty CPU type stands for none, which the engine takes
 * from nobody once there is one: then it stays, and is told. (engine: UpdateClusterCommand, ClusterValidator.cpuNotFound)
 */
export const setCluster = engineOperation<SetCluster, { readonly found: EngineCluster }, Differences>({
  name: 'setCluster',
  title: ({ name }) => `Change the cluster ${name}`,
  settleSeconds: 60,
  async look(context, { name }) {
    const found = await context.engine().named('/clusters', name, engineCluster);
    if (found === undefined) throw new OperatorError('NotFound', `the engine has no cluster ${name}`);
    return { found };
  },
  decide({ found }, { name, settings }): EngineDecision<Differences> {
    if (settings.cpu?.type !== '') return change(found, settings);
    const { cpu: _none, ...rest } = settings;
    const decision = change(found, rest);
    const type = found.cpu?.type ?? '';
    if (type === '') return decision;
    const what = `cluster ${name} keeps the CPU type ${type}; before the run it had none`;
    return { ...decision, leaves: { what, byHand: anewWithoutType(name) } };
  },
});

/** Leaves no cluster of this name; the engine refuses while it has hosts or VMs. */
export const removeCluster = engineOperation<ClusterParams, { readonly found: EngineCluster | undefined }>({
  name: 'removeCluster',
  title: ({ name }) => `Remove the cluster ${name}`,
  settleSeconds: 60,
  look: async (context, { name }) => ({ found: await context.engine().named('/clusters', name, engineCluster) }),
  decide({ found }, { name }): EngineDecision<undefined> {
    if (found === undefined) return { state: 'already', changes: [], evidence: [`the engine has no cluster ${name}`] };
    return {
      state: 'wouldDo',
      changes: [{ request: 'DELETE', path: `/clusters/${found.id}` }],
      evidence: [describe(found)],
    };
  },
});

interface ClusterSettings extends JsonObject {
  readonly cpu?: { readonly type: string };
  readonly switch_type?: string;
  readonly firewall_type?: string;
  readonly fencing_policy?: FencingPolicy;
}

/** Only what differs is sent, because the engine takes what is absent for unchanged. */
function change(found: EngineCluster, wished: ClusterSettings): EngineDecision<Differences> {
  const { name } = found;
  const before: ClusterSettings = {
    cpu: { type: found.cpu?.type ?? '' },
    ...(found.switch_type !== undefined && { switch_type: found.switch_type }),
    ...(found.firewall_type !== undefined && { firewall_type: found.firewall_type }),
    ...(wished.fencing_policy && { fencing_policy: sameParts(found.fencing_policy ?? {}, wished.fencing_policy) }),
  };
  const fields = (Object.keys(WORDS) as (keyof typeof WORDS)[]).filter(
    (field) => wished[field] !== undefined && JSON.stringify(wished[field]) !== JSON.stringify(before[field]),
  );
  const only = (settings: ClusterSettings): ClusterSettings =>
    Object.fromEntries(fields.flatMap((field) => (settings[field] === undefined ? [] : [[field, settings[field]]])));
  const word = (settings: ClusterSettings, field: keyof typeof WORDS) => {
    if (field === 'fencing_policy') return policyWords(settings.fencing_policy ?? {});
    return (field === 'cpu' ? settings.cpu?.type : settings[field]) || 'not set';
  };
  const output = {
    exists: true,
    differences: fields.map(
      (field) => `its ${WORDS[field]} is ${word(before, field)} instead of ${word(wished, field)}`,
    ),
  };
  const evidence = [describe(found)];
  if (fields.length === 0) return { state: 'already', changes: [], evidence, output };
  const stays = fields.includes('cpu') && before.cpu?.type === '';
  const set = fields
    .filter((field) => field !== 'cpu' || !stays)
    .map((field) => `${WORDS[field]} ${word(before, field)}`);
  const byHand = [
    ...(set.length > 0 ? [`in the Administration Portal, set of cluster ${name}: ${set.join(', ')}`] : []),
    ...(stays ? [anewWithoutType(name)] : []),
  ];
  return {
    state: 'wouldDo',
    changes: [{ request: 'PUT', path: `/clusters/${found.id}`, body: only(wished) }],
    evidence,
    output,
    undo: {
      title: `Give cluster ${name} its former settings${stays ? ', but for its CPU type, which nothing unsets' : ''}`,
      call: { operation: 'setCluster', params: { name, settings: only(before) } },
      byHand: byHand.join('; '),
    },
  };
}

const anewWithoutType = (name: string): string =>
  `no CPU type is unset: remove cluster ${name} and create it anew, while it has neither hosts nor VMs`;

const WORDS = {
  cpu: 'CPU type',
  switch_type: 'switch type',
  firewall_type: 'firewall type',
  fencing_policy: 'fencing policy',
} as const;

function chooseCpuType(
  { processors, knownTypes }: ClusterFacts,
  { cpuType }: CreateCluster,
): { type?: string; findings: readonly Finding[] } {
  const unread = [...processors].filter(([, processor]) => processor === undefined).map(([host]) => host);
  if (cpuType === undefined && unread.length > 0) {
    const what = `the CPU of ${unread.join(', ')} could not be read, so the type for all hosts is not known`;
    return { findings: [{ what, fix: 'Make /proc/cpuinfo readable there, or name cluster.cpuType in the inventory' }] };
  }
  const read = new Map([...processors].flatMap(([host, processor]) => (processor ? [[host, processor] as const] : [])));
  const choice = cpuType === undefined ? commonCpuType(read) : { type: cpuType };
  if ('refused' in choice) {
    return {
      findings: [{ what: choice.refused, fix: 'Leave out the hosts that do not fit, or name cluster.cpuType' }],
    };
  }
  if (knownTypes.includes(choice.type)) return { type: choice.type, findings: [] };
  const what = `the engine knows no CPU type "${choice.type}" at level ${LEVEL}`;
  return { findings: [{ what, fix: `Name one of these as cluster.cpuType: ${knownTypes.join(', ')}` }] };
}

/** A cluster cannot move to another data center while it has hosts. */
function misplaced({ found, dataCenter }: ClusterFacts, params: CreateCluster): readonly Finding[] {
  if (dataCenter === undefined) {
    const what = `the engine has no data center ${params.dataCenter}`;
    return [{ what, fix: 'Create it first, with createDataCenter' }];
  }
  if (found?.data_center === undefined || found.data_center.id === dataCenter.id) return [];
  const what = `cluster ${params.name} exists, but not in data center ${params.dataCenter}`;
  return [{ what, fix: 'Name another cluster, or the data center that it belongs to' }];
}

function describe({ name, cpu, switch_type, firewall_type }: EngineCluster): string {
  return `cluster ${name} has CPU type ${cpu?.type || 'not set'}, switch ${switch_type ?? 'unknown'}, firewall ${firewall_type ?? 'unknown'}`;
}

function describeProcessor(host: string, processor: Processor | undefined): string {
  if (processor === undefined) return `the CPU of ${host} could not be read`;
  return `${host} has a CPU of ${processor.vendor}, family ${processor.family}, model ${processor.model}`;
}

async function readProcessors(
  context: OperationContext,
  hosts: readonly string[],
): Promise<ReadonlyMap<string, Processor | undefined>> {
  const read = async (host: string) => {
    const { cpu } = await readAll(context.host(host), { cpu: ['cat', '/proc/cpuinfo'] });
    return [host, parseProcessor(cpu.text)] as const;
  };
  return new Map(await Promise.all(hosts.map(read)));
}
