import { engineVnicProfile } from '../../connectors/engine/model/network.ts';
import { type EngineVmNic, engineVmNic } from '../../connectors/engine/model/vm.ts';
import { networkFacts } from '../network/facts.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { type VmFacts, vmFacts, vmPath, withoutVm } from './facts.ts';
import type { VmNetwork } from './params.ts';

interface NicFacts extends VmFacts {
  readonly nics: readonly EngineVmNic[];
  /** The vNIC profile of the network's own name. */
  readonly profile?: { readonly id: string };
}

async function look(context: OperationContext, { name, network, dataCenter }: VmNetwork): Promise<NicFacts> {
  const engine = context.engine();
  const { vm } = await vmFacts(context, name);
  const [nics, found] = await Promise.all([
    vm === undefined ? [] : engine.list(`/vms/${vm.id}/nics`, engineVmNic),
    networkFacts(context, { name: network, dataCenter }),
  ]);
  const id = found.network?.id;
  const profile = id && (await engine.named(`/networks/${id}/vnicprofiles`, network, engineVnicProfile));
  return { nics, ...(vm && { vm }), ...(profile && { profile }) };
}

/**
 * Connects a VM to a network by a NIC with its vNIC profile; leaves it plugged and linked.
 * (article, section 13; engine, POST /vms/{id}/nics)
 */
export const connectVm = engineOperation<VmNetwork, NicFacts>({
  name: 'connectVm',
  title: ({ name, network }) => `Connect ${name} to ${network}`,
  settleSeconds: 120,
  look,
  decide({ vm, nics, profile }, params): EngineDecision<undefined> {
    const { name, network } = params;
    if (profile === undefined) {
      const what = `network ${network} has no vNIC profile ${network}`;
      const findings = [{ what, fix: 'Bring it about with createLogicalNetwork' }];
      return { state: 'refused', changes: [], evidence: [what], findings };
    }
    const nic = nics.find(({ vnic_profile }) => vnic_profile?.id === profile.id);
    if (nic === undefined) {
      const body = {
        name: free(nics),
        interface: 'virtio',
        vnic_profile: { id: profile.id },
        plugged: true,
        linked: true,
      };
      const changes = [{ request: 'POST' as const, path: `${vmPath({ vm }, name)}/nics`, body }];
      if (vm === undefined) return withoutVm(name, changes);
      return {
        state: 'wouldDo',
        changes,
        evidence: [`${name} has no NIC on ${network}`],
        undo: {
          title: `Disconnect ${name} from ${network}`,
          call: { operation: 'disconnectVm', params },
          byHand: `remove the NIC of VM ${name} on ${network} in the Administration Portal`,
        },
      };
    }
    const evidence = [`${nic.name} of ${name} is on ${network}`];
    if (nic.plugged !== false && nic.linked !== false) return { state: 'already', changes: [], evidence };
    const changes = [
      {
        request: 'PUT' as const,
        path: `${vmPath({ vm }, name)}/nics/${nic.id}`,
        body: { plugged: true, linked: true },
      },
    ];
    return { state: 'wouldDo', changes, evidence: [`${nic.name} of ${name} is unplugged or has no link`] };
  },
});

/** Leaves a VM without a NIC on a network; the VM must be down. (engine, DELETE /vms/{id}/nics/{id}) */
export const disconnectVm = engineOperation<VmNetwork, NicFacts>({
  name: 'disconnectVm',
  title: ({ name, network }) => `Disconnect ${name} from ${network}`,
  settleSeconds: 60,
  look,
  decide({ vm, nics, profile }, { name, network }): EngineDecision<undefined> {
    const nic = nics.find(({ vnic_profile }) => profile !== undefined && vnic_profile?.id === profile.id);
    if (nic === undefined) return { state: 'already', changes: [], evidence: [`${name} has no NIC on ${network}`] };
    const changes = [{ request: 'DELETE' as const, path: `${vmPath({ vm }, name)}/nics/${nic.id}` }];
    return { state: 'wouldDo', changes, evidence: [`${nic.name} of ${name} is on ${network}`] };
  },
});

function free(nics: readonly EngineVmNic[]): string {
  const taken = new Set(nics.map(({ name }) => name));
  let number = 1;
  while (taken.has(`nic${number}`)) number += 1;
  return `nic${number}`;
}
