import type { Differences } from '../engine/data-center.ts';
import { engineHosts } from '../engine/hosts.ts';
import { type EngineDecision, type EngineRequest, engineOperation, type OperationContext } from '../operation.ts';
import { hostNetworks, type NetworkFacts, networkFacts, settingsOf } from './facts.ts';
import { synchronize } from './host.ts';
import type { NetworkParams, SetNetwork } from './params.ts';
import { settingDifferences, settingsBody, settingsWords, wishedNetwork, wishedSettings } from './wish.ts';

/**
 * Brings about a logical network of the data center as the inventory wishes it; leaves it in no cluster and on no host. An
 * existing one gets the wished settings, which its hosts take over when they are set up.
 * (article, section 11; engine, /networks)
 */
export const createNetwork = engineOperation<NetworkParams, NetworkFacts, Differences>({
  name: 'createNetwork',
  title: ({ name }) => `Create the network ${name}`,
  settleSeconds: 60,
  look: networkFacts,
  decide({ network, dataCenter }, { name }, { inventory }): EngineDecision<Differences> {
    const wished = wishedSettings(wishedNetwork(inventory, name));
    if (network === undefined) {
      const body = { name, data_center: { name: dataCenter.name }, ...settingsBody(undefined, wished) };
      return {
        state: 'wouldDo',
        changes: [{ request: 'POST', path: '/networks', body }],
        evidence: [`data center ${dataCenter.name} has no network ${name}`],
        output: { exists: false, differences: [] },
        undo: {
          title: `Remove the network ${name}`,
          call: { operation: 'removeNetwork', params: { name, dataCenter: dataCenter.name } },
          byHand: `remove network ${name} in the Administration Portal`,
        },
      };
    }
    const is = settingsOf(network);
    const evidence = [`network ${name} has ${settingsWords(is)}`];
    const output = { exists: true, differences: settingDifferences(is, wished) };
    if (output.differences.length === 0) return { state: 'already', changes: [], evidence, output };
    return {
      state: 'wouldDo',
      changes: [{ request: 'PUT', path: `/networks/${network.id}`, body: settingsBody(is, wished) }],
      evidence,
      output,
      undo: {
        title: `Give network ${name} its former settings, on its hosts too`,
        call: { operation: 'setNetwork', params: { name, dataCenter: dataCenter.name, settings: is } },
        byHand: `in the Administration Portal, give network ${name} ${settingsWords(is)}, then synchronize it on every host`,
      },
    };
  },
});

interface SetFacts extends NetworkFacts {
  /** What brings hosts in line that carry it otherwise, one request for each. */
  readonly outOfSync: readonly EngineRequest[];
}

/** Gives a network these settings, then brings the hosts in line that have it, one by one. */
export const setNetwork = engineOperation<SetNetwork, SetFacts>({
  name: 'setNetwork',
  title: ({ name }) => `Change the network ${name}`,
  settleSeconds: 600,
  inTurns: true,
  async look(context, params) {
    const facts = await networkFacts(context, params);
    return { ...facts, outOfSync: facts.network === undefined ? [] : await behind(context, facts.network.id) };
  },
  decide({ network, outOfSync }, { name, settings }): EngineDecision<undefined> {
    if (network === undefined) return { state: 'already', changes: [], evidence: [`network ${name} is gone`] };
    const is = settingsOf(network);
    const evidence = [`network ${name} has ${settingsWords(is)}, out of sync on ${outOfSync.length} hosts`];
    const body = settingsBody(is, settings);
    const change: EngineRequest = { request: 'PUT', path: `/networks/${network.id}`, body };
    const changes = [...(Object.keys(body).length > 0 ? [change] : []), ...outOfSync];
    return { state: changes.length > 0 ? 'wouldDo' : 'already', changes, evidence };
  },
});

async function behind(context: OperationContext, networkId: string): Promise<readonly EngineRequest[]> {
  const found: EngineRequest[] = [];
  for (const host of await engineHosts(context)) {
    const { attachments } = await hostNetworks(context, host.id);
    const own = attachments.find(({ network }) => network.id === networkId);
    if (own !== undefined && !own.in_sync) found.push(synchronize(host.id, own.id));
  }
  return found;
}

/** Leaves no network of this name in the data center, its vNIC profiles gone with it; the engine refuses while VMs use it. */
export const removeNetwork = engineOperation<NetworkParams, NetworkFacts>({
  name: 'removeNetwork',
  title: ({ name }) => `Remove the network ${name}`,
  settleSeconds: 60,
  look: networkFacts,
  decide({ network, dataCenter }, { name }): EngineDecision<undefined> {
    if (network === undefined) {
      return { state: 'already', changes: [], evidence: [`data center ${dataCenter.name} has no network ${name}`] };
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'DELETE', path: `/networks/${network.id}` }],
      evidence: [`network ${name} has ${settingsWords(settingsOf(network))}`],
    };
  },
});
