import { engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { type EngineVm, engineVm } from '../../connectors/engine/model/vm.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { engineHosts, type HostView } from '../engine/hosts.ts';
import type { EngineDecision, EngineRequest, OperationContext } from '../operation.ts';
import { wishedVm } from './wish.ts';

export interface VmFacts {
  /** Absent while the engine has no VM of this name. */
  readonly vm?: EngineVm;
}

export async function vmFacts(context: OperationContext, name: string): Promise<VmFacts> {
  const vm = await context.engine().named('/vms', name, engineVm);
  return { ...(vm !== undefined && { vm }) };
}

/**
 * A VM as it will be from its next start on: of one that runs, the engine keeps what it cannot take up yet.
 * (engine, GET /vms/{id}?next_run=true)
 */
export function nextRun(context: OperationContext, { id }: EngineVm): Promise<EngineVm> {
  return context.engine().get(`/vms/${id}`, engineVm, { next_run: 'true' });
}

/** @throws NotFound while there is none: in a plan the step that makes it comes first */
export async function vmInEngine(context: OperationContext, name: string): Promise<EngineVm> {
  const { vm } = await vmFacts(context, name);
  if (vm !== undefined) return vm;
  throw new OperatorError('NotFound', `VM ${name}: the engine has none of this name`);
}

/** What stands in the path of a VM that a plan has still to make. */
export function vmPath({ vm }: { readonly vm: EngineVm | undefined }, name: string): string {
  return `/vms/${vm?.id ?? `{${name}}`}`;
}

/** For a plan: an earlier step makes the VM. Met in a run, it is gone. */
export function withoutVm(name: string, changes: readonly EngineRequest[]): EngineDecision<undefined> {
  const what = `the engine has no VM ${name}`;
  return { state: 'refused', changes, evidence: [what], findings: [{ what, fix: 'Run createHaVm anew' }] };
}

/** Id of the storage domain that is to keep the lease of a VM; absent where it is to have none. */
export async function leaseDomain(context: OperationContext, name: string): Promise<string | undefined> {
  const lease = wishedVm(context.inventory, name).highAvailability?.lease;
  if (lease === undefined) return undefined;
  const found = await context.engine().named('/storagedomains', lease, engineStorageDomain);
  if (found !== undefined) return found.id;
  throw new OperatorError(
    'NotFound',
    `storage domain ${lease}, for the lease of ${name}: the engine has none of this name`,
  );
}

/** The host that a VM runs on, and the others of its cluster that could take it. */
export interface Seat {
  readonly at?: HostView;
  readonly others: readonly HostView[];
}

export async function seatOf(context: OperationContext, { host, cluster }: EngineVm): Promise<Seat> {
  const hosts = await engineHosts(context);
  const at = hosts.find(({ id }) => id === host?.id);
  const others = hosts.filter((one) => one.id !== host?.id && one.cluster?.id === cluster?.id && one.status === 'up');
  return { others, ...(at !== undefined && { at }) };
}
