/**
 * activities/engine/vms/ moves, ends and starts ordinary VMs through the engine, where something is to be done to the host
 * that runs them. This file: a VM as the engine has it.
 */
import { engineVm } from '../../../connectors/engine/model/vm.ts';
import type { OperationContext } from '../../operation.ts';
import { engineHosts, type HostView } from '../hosts.ts';
import { readTrace, type Trace } from '../trace.ts';

export interface VmParams {
  /** Its id in the engine. */
  readonly vm: string;
  /** Its name, for people. */
  readonly name: string;
}

export interface VmFacts {
  /** In the engine's words: up, down, migrating, powering_down, … */
  readonly status: string;
  /** Name in the inventory, else in the engine, of the host that runs it; absent: none does. */
  readonly at?: string;
  /** Of its cluster. */
  readonly hosts: readonly HostView[];
  readonly trace: Trace;
}

/** @throws NotFound when the engine does not have it any more */
export async function lookAtVm(context: OperationContext, { vm: id }: VmParams): Promise<VmFacts> {
  const [vm, hosts] = await Promise.all([context.engine().get(`/vms/${id}`, engineVm), engineHosts(context)]);
  const on = hosts.find((host) => host.id === vm.host?.id);
  return {
    status: vm.status,
    ...(on !== undefined && { at: on.inventoryName ?? on.name }),
    hosts: hosts.filter(({ cluster }) => cluster?.id === vm.cluster?.id),
    trace: await readTrace(context, { vm: id }),
  };
}

export function describeVm(name: string, { status, at }: VmFacts): string {
  return `${name} is ${status}${at === undefined ? '' : ` on ${at}`}`;
}
