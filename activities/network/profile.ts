import { engineVnicProfile } from '../../connectors/engine/model/network.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { type NetworkFacts, networkFacts } from './facts.ts';
import type { NetworkParams } from './params.ts';

interface ProfileFacts extends NetworkFacts {
  /** Its profile of the same name. */
  readonly profile?: { readonly id: string };
}

async function look(context: OperationContext, params: NetworkParams): Promise<ProfileFacts> {
  const facts = await networkFacts(context, params);
  const { network } = facts;
  const profile =
    network && (await context.engine().named(`/networks/${network.id}/vnicprofiles`, params.name, engineVnicProfile));
  return { ...facts, ...(profile && { profile }) };
}

/**
 * Brings about the vNIC profile of a network's own name, by which VMs are connected; with a new network of VMs the engine
 * makes it itself. (engine, /networks/{id}/vnicprofiles; the collection of all of them knows no search)
 */
export const createVnicProfile = engineOperation<NetworkParams, ProfileFacts>({
  name: 'createVnicProfile',
  title: ({ name }) => `Create the vNIC profile ${name}`,
  settleSeconds: 60,
  look,
  decide({ network, profile }, { name, dataCenter }): EngineDecision<undefined> {
    if (profile !== undefined) return { state: 'already', changes: [], evidence: [`vNIC profile ${name} exists`] };
    if (network === undefined) {
      const what = `the engine has no network ${name}`;
      const evidence = [`${what}; its vNIC profile comes with it`];
      return { state: 'refused', changes: [], evidence, findings: [{ what, fix: 'Create it first' }] };
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path: `/networks/${network.id}/vnicprofiles`, body: { name } }],
      evidence: [`network ${name} has no vNIC profile of its name`],
      undo: {
        title: `Remove the vNIC profile ${name}`,
        call: { operation: 'removeVnicProfile', params: { name, dataCenter } satisfies NetworkParams },
        byHand: `remove vNIC profile ${name} of that network in the Administration Portal`,
      },
    };
  },
});

/** Leaves the network without a vNIC profile of its own name; the engine refuses while VMs use it. */
export const removeVnicProfile = engineOperation<NetworkParams, ProfileFacts>({
  name: 'removeVnicProfile',
  title: ({ name }) => `Remove the vNIC profile ${name}`,
  settleSeconds: 60,
  look,
  decide({ profile }, { name }): EngineDecision<undefined> {
    const evidence = [profile === undefined ? `there is no vNIC profile ${name}` : `vNIC profile ${name} exists`];
    if (profile === undefined) return { state: 'already', changes: [], evidence };
    return { state: 'wouldDo', changes: [{ request: 'DELETE', path: `/vnicprofiles/${profile.id}` }], evidence };
  },
});
