/** What is read of a VM before it is moved, ended or started. */
import { type EngineVm, engineVm } from '../../connectors/engine/model/vm.ts';
import { engineHosts, type HostView, hostName } from '../engine/hosts.ts';
import { readTrace, type Trace } from '../engine/trace.ts';
import type { OperationContext } from '../operation.ts';
import { vmFacts } from './facts.ts';

/** A VM that the engine has, by its id. */
export interface KnownVm {
  /** Its id in the engine. */
  readonly vm: string;
  /** Its name, for people. */
  readonly name: string;
}

/** A VM by its id, or by its name where the id is not known yet. */
export interface AnyVm extends Partial<KnownVm> {
  readonly name: string;
}

export interface KnownVmFacts {
  readonly id: string;
  /** `not there`, or in the engine's words: up, down, migrating, powering_down, … */
  readonly status: string;
  /** Name in the inventory, else in the engine, of the host that runs it; absent: none does. */
  readonly at?: string;
  /** Of its cluster. */
  readonly hosts: readonly HostView[];
  readonly trace: Trace;
}

/** For a plan whose earlier step makes the VM. */
export const NOT_THERE: KnownVmFacts = { id: '', status: 'not there', hosts: [], trace: { begun: false, events: [] } };

/** @throws NotFound when the engine has no VM of this id any more */
export async function lookAtVm(context: OperationContext, { vm: id, name }: AnyVm): Promise<KnownVmFacts> {
  if (id !== undefined) return viewOf(context, await context.engine().get(`/vms/${id}`, engineVm));
  const { vm } = await vmFacts(context, name);
  return vm === undefined ? NOT_THERE : viewOf(context, vm);
}

async function viewOf(context: OperationContext, vm: EngineVm): Promise<KnownVmFacts> {
  const [hosts, trace] = await Promise.all([engineHosts(context), readTrace(context, { vm: vm.id })]);
  const on = hosts.find((host) => host.id === vm.host?.id);
  return {
    id: vm.id,
    status: vm.status,
    ...(on !== undefined && { at: hostName(on) }),
    hosts: hosts.filter(({ cluster }) => cluster?.id === vm.cluster?.id),
    trace,
  };
}

export function describeVm(name: string, { status, at }: KnownVmFacts): string {
  return `${name} is ${status}${at === undefined ? '' : ` on ${at}`}`;
}
