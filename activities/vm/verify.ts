import type { EngineVm } from '../../connectors/engine/model/vm.ts';
import { hostName } from '../engine/hosts.ts';
import { type EngineDecision, engineOperation, type Finding } from '../operation.ts';
import { lookPatiently } from '../runtime/look-patiently.ts';
import { leaseDomain, type Seat, seatOf, vmInEngine } from './facts.ts';
import type { VmParams, VmSeat } from './params.ts';
import { vmDifferences, wishedVm } from './wish.ts';

interface RunningFacts extends Seat {
  readonly vm: EngineVm;
  readonly lease?: string;
}

/** Proves that a VM runs with the settings that are wished, and tells where. Changes nothing. */
export const verifyVm = engineOperation<VmParams, RunningFacts, VmSeat>({
  name: 'verifyVm',
  title: ({ name }) => `Verify ${name}`,
  async look(context, { name }) {
    const vm = await vmInEngine(context, name);
    const [seat, lease] = await Promise.all([seatOf(context, vm), leaseDomain(context, name)]);
    return { vm, ...seat, ...(lease !== undefined && { lease }) };
  },
  decide({ vm, at, others, lease }, { name }, { inventory }): EngineDecision<VmSeat> {
    const host = at === undefined ? 'nowhere' : hostName(at);
    const wish = wishedVm(inventory, name);
    const differences = vmDifferences(vm, wish, lease);
    const ha = wish.highAvailability;
    const evidence = [
      `VM ${name} is ${vm.status} on ${host}`,
      ...(ha === undefined
        ? []
        : [`highly available, priority ${ha.priority}${ha.lease ? `, lease on ${ha.lease}` : ''}`]),
    ];
    const findings: Finding[] = [
      ...(vm.status === 'up'
        ? []
        : [{ what: `VM ${name} is ${vm.status}`, fix: 'Look at its events in the Administration Portal' }]),
      ...differences.map((what) => ({ what: `${name}: ${what}`, fix: 'Restart the VM, so that its settings count' })),
    ];
    const output = { host, others: others.map(hostName) };
    return findings.length > 0
      ? { state: 'refused', changes: [], evidence, output, findings }
      : { state: 'already', changes: [], evidence, output };
  },
});

const PATIENCE = { seconds: 600, every: 15 };

/**
 * Waits up to ten minutes until the guest agent of a VM reports. Changes nothing.
 * (article, section 13.1; engine, `fqdn` of a VM is empty until then)
 */
export const awaitGuestAgent = engineOperation<VmParams, { readonly vm: EngineVm }, undefined>({
  name: 'awaitGuestAgent',
  title: ({ name }) => `Wait for the guest agent of ${name}`,
  look(context, { name }) {
    const look = async () => ({ vm: await vmInEngine(context, name) });
    return lookPatiently(context, PATIENCE, look, ({ vm }) =>
      vm.fqdn === undefined ? `the guest agent of ${name} has not reported yet` : undefined,
    );
  },
  decide({ vm }, { name }): EngineDecision<undefined> {
    if (vm.fqdn !== undefined) {
      return { state: 'already', changes: [], evidence: [`the guest agent of ${name} reports ${vm.fqdn}`] };
    }
    const what = `the guest agent of ${name} does not report`;
    const fix =
      'Inside the VM: yum -y install epel-release && yum -y install ovirt-guest-agent-common && systemctl enable --now ovirt-guest-agent; then retry, or skip';
    return { state: 'refused', changes: [], evidence: [`VM ${name} is ${vm.status}`], findings: [{ what, fix }] };
  },
});
