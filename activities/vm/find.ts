/** A VM that the engine has, by its id: what is read of it before it is moved, ended or started again. */
import { engineVm } from '../../connectors/engine/model/vm.ts';
import { engineHosts, type HostView } from '../engine/hosts.ts';
import { readTrace, type Trace } from '../engine/trace.ts';
import type { OperationContext } from '../operation.ts';

export interface KnownVm {
  /** Its id in the engine; left out, it is found by its name. */
  readonly vm?: string | undefined;
  /** Its name, for people. */
  readonly name: string;
}

export interface KnownVmFacts {
  /** Empty while the engine has none of this name. */
  readonly id: string;
  /** In the engine's words: up, down, migrating, powering_down, … */
  readonly status: string;
  /** Name in the inventory, else in the engine, of the host that runs it; absent: none does. */
  readonly at?: string;
  /** Of its cluster. */
  readonly hosts: readonly HostView[];
  readonly trace: Trace;
}

/** @throws NotFound when the engine does not have it any more */
export async function lookAtVm(context: OperationContext, { vm: id, name }: KnownVm): Promise<KnownVmFacts> {
  const engine = context.engine();
  const [vm, hosts] = await Promise.all([
    id === undefined ? engine.named('/vms', name, engineVm) : engine.get(`/vms/${id}`, engineVm),
    engineHosts(context),
  ]);
  if (vm === undefined) return { id: '', status: 'not there', hosts: [], trace: { begun: false, events: [] } };
  const on = hosts.find((host) => host.id === vm.host?.id);
  return {
    id: vm.id,
    status: vm.status,
    ...(on !== undefined && { at: on.inventoryName ?? on.name }),
    hosts: hosts.filter(({ cluster }) => cluster?.id === vm.cluster?.id),
    trace: await readTrace(context, { vm: vm.id }),
  };
}

export function describeVm(name: string, { status, at }: KnownVmFacts): string {
  return `${name} is ${status}${at === undefined ? '' : ` on ${at}`}`;
}
