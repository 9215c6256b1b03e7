import { type EngineSnapshot, engineSnapshot } from '../../../connectors/engine/model/snapshot.ts';
import type { EngineVm } from '../../../connectors/engine/model/vm.ts';
import { OperatorError } from '../../../failures/operator-error.ts';
import { readTrace, type Trace } from '../../engine/trace.ts';
import type { EngineDecision, OperationContext } from '../../operation.ts';
import { vmInEngine } from '../facts.ts';
import type { VmSnapshot } from './params.ts';

export interface SnapshotFacts {
  readonly vm: EngineVm;
  /** What is meant; absent while there is none of this description. */
  readonly snapshot?: EngineSnapshot;
  /** Another one that the engine works on, or that is looked at: nothing else can be done meanwhile. */
  readonly other?: EngineSnapshot;
  readonly trace: Trace;
}

/** @throws PreconditionFailed where several snapshots have this description (engine, /vms/{id}/snapshots) */
export async function snapshotFacts(context: OperationContext, params: VmSnapshot): Promise<SnapshotFacts> {
  const vm = await vmInEngine(context, params.name);
  const [all, trace] = await Promise.all([
    context.engine().list(`/vms/${vm.id}/snapshots`, engineSnapshot),
    readTrace(context, { vm: vm.id }),
  ]);
  const regular = all.filter(({ snapshot_type }) => snapshot_type === 'regular');
  const meant = regular.filter(({ description }) => description === params.snapshot);
  if (meant.length > 1) {
    throw new OperatorError(
      'PreconditionFailed',
      `${params.name} has ${meant.length} snapshots "${params.snapshot}": rename or remove all but one of them in the Administration Portal`,
    );
  }
  const [snapshot] = meant;
  const other = regular.find(({ id, snapshot_status }) => id !== snapshot?.id && snapshot_status !== 'ok');
  return { vm, trace, ...(snapshot && { snapshot }), ...(other && { other }) };
}

export function snapshotWords({ snapshot, vm }: SnapshotFacts, { snapshot: description }: VmSnapshot): string[] {
  const state = snapshot === undefined ? 'does not exist' : `is ${snapshot.snapshot_status}`;
  return [`snapshot "${description}" ${state}`, `VM ${vm.name} is ${vm.status}`];
}

/** What has to end before anything is done: the engine does one thing at a time to the snapshots of a VM. */
export function busy(facts: SnapshotFacts, evidence: readonly string[]): EngineDecision<undefined> | undefined {
  const { vm, snapshot, other } = facts;
  const locked = [snapshot, other].find((one) => one?.snapshot_status === 'locked');
  if (locked !== undefined || vm.status === 'image_locked') {
    const awaits =
      locked === undefined ? `VM ${vm.name} is locked` : `the engine works on snapshot "${locked.description}"`;
    return { state: 'underWay', changes: [], evidence, awaits };
  }
  if (other?.snapshot_status !== 'in_preview') return undefined;
  const what = `${vm.name} shows its snapshot "${other.description}", and nobody has decided whether to keep that`;
  return { state: 'refused', changes: [], evidence, findings: [{ what, fix: 'Commit or undo that preview first' }] };
}
