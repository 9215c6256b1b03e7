import { type EngineDecision, engineOperation } from '../operation.ts';
import { type ClusterNetworkFacts, clusterNetworkFacts } from './facts.ts';
import type { ClusterNetwork, RequireNetwork } from './params.ts';
import { wishedNetwork } from './wish.ts';

/**
 * Brings a network into a cluster, not required, because a host without a required one becomes non operational. One that
 * is there as required is made not required only where the inventory wishes so.
 * (engine, /clusters/{id}/networks, where absent means required)
 */
export const attachNetwork = engineOperation<ClusterNetwork, ClusterNetworkFacts>({
  name: 'attachNetwork',
  title: ({ name, cluster }) => `Attach the network ${name} to the cluster ${cluster}`,
  settleSeconds: 60,
  look: clusterNetworkFacts,
  decide(facts, params, { inventory }): EngineDecision<undefined> {
    const { cluster, attached } = facts;
    const { name } = params;
    const evidence = [describe(facts, params)];
    if (attached === undefined) {
      return {
        state: 'wouldDo',
        // By its name, because the plan is made before it has an id.
        changes: [{ request: 'POST', path: `/clusters/${cluster.id}/networks`, body: { name, required: false } }],
        evidence,
        undo: {
          title: `Take the network ${name} out of the cluster ${cluster.name}`,
          call: { operation: 'detachNetwork', params },
          byHand: `take network ${name} out of cluster ${cluster.name} in the Administration Portal`,
        },
      };
    }
    // Every host has the management network.
    const wanted = wishedNetwork(inventory, name).required || attached.usages.includes('management');
    if (wanted || !attached.required) return { state: 'already', changes: [], evidence };
    return require(facts, { ...params, required: false });
  },
});

/** Leaves the network in no state of the cluster; the engine refuses for the management network. */
export const detachNetwork = engineOperation<ClusterNetwork, ClusterNetworkFacts>({
  name: 'detachNetwork',
  title: ({ name, cluster }) => `Take the network ${name} out of the cluster ${cluster}`,
  settleSeconds: 60,
  look: clusterNetworkFacts,
  decide(facts, params): EngineDecision<undefined> {
    const { cluster, attached } = facts;
    const evidence = [describe(facts, params)];
    if (attached === undefined) return { state: 'already', changes: [], evidence };
    return {
      state: 'wouldDo',
      changes: [{ request: 'DELETE', path: `/clusters/${cluster.id}/networks/${attached.id}` }],
      evidence,
    };
  },
});

/**
 * Sets whether a cluster's hosts must have a network; a required one is waited for until every host is seen to have it.
 * (engine, /clusters/{id}/networks/{id})
 */
export const requireNetwork = engineOperation<RequireNetwork, ClusterNetworkFacts>({
  name: 'requireNetwork',
  title: ({ name, cluster, required }) =>
    `Make the network ${name} ${required ? 'required' : 'not required'} in the cluster ${cluster}`,
  settleSeconds: 300,
  look: clusterNetworkFacts,
  decide: require,
});

function require(facts: ClusterNetworkFacts, params: RequireNetwork): EngineDecision<undefined> {
  const { cluster, attached } = facts;
  const { name, dataCenter, required } = params;
  const evidence = [describe(facts, params)];
  if (attached === undefined) {
    const what = `network ${name} is not in cluster ${cluster.name}`;
    const path = `/clusters/${cluster.id}/networks/(id of ${name})`;
    // Named in a plan that is made before the network is there; a refused change is never sent.
    return {
      state: 'refused',
      changes: [{ request: 'PUT', path, body: { required } }],
      evidence,
      findings: [{ what, fix: 'Attach it first' }],
    };
  }
  if (attached.required !== required) {
    return {
      state: 'wouldDo',
      changes: [{ request: 'PUT', path: `/clusters/${cluster.id}/networks/${attached.id}`, body: { required } }],
      evidence,
      undo: {
        title: `Make the network ${name} ${required ? 'not required' : 'required'} again`,
        call: {
          operation: 'requireNetwork',
          params: { name, dataCenter, cluster: cluster.name, required: !required } satisfies RequireNetwork,
        },
        byHand: `in cluster ${cluster.name}, Logical Networks, Manage Networks: ${required ? 'untick' : 'tick'} Require for ${name}`,
      },
    };
  }
  if (required && attached.status === 'non_operational') {
    return { state: 'underWay', changes: [], evidence, awaits: `network ${name} becomes operational on every host` };
  }
  return { state: 'already', changes: [], evidence };
}

function describe({ cluster, attached }: ClusterNetworkFacts, { name }: ClusterNetwork): string {
  if (attached === undefined) return `cluster ${cluster.name} does not have the network ${name}`;
  const required = attached.required ? 'required' : 'not required';
  return `cluster ${cluster.name} has the network ${name}, ${required}, ${attached.status ?? 'status unknown'}`;
}
