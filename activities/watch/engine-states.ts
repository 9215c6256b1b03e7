import { type EngineImageTransfer, engineImageTransfer } from '../../connectors/engine/model/image-transfer.ts';
import { engineVm } from '../../connectors/engine/model/vm.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { STOPPED_ENGINE_VM } from '../../runbooks/owned-states.ts';
import type { HaHost } from '../hosted-engine/ha/read-host.ts';
import { enginePlace } from '../hosted-engine/ha/views.ts';
import type { OperationContext } from '../operation.ts';
import type { Owners } from '../run/records.ts';
import type { StandingState } from './standing-state.ts';

/** The engine VM runs nowhere, and global maintenance keeps HA from starting it. */
export function stoppedEngineVm(hosts: readonly HaHost[]): readonly StandingState[] {
  const { claims, domains, unknown, globalMaintenance } = enginePlace(hosts);
  if (!globalMaintenance || claims.length > 0 || domains.length > 0 || unknown.length > 0) return [];
  const byHand =
    'hosted-engine --vm-start on one host; or let HA start it: hosted-engine --set-maintenance --mode=none';
  return [{ owned: STOPPED_ENGINE_VM, byHand }];
}

/** Open image transfers, and VMs that runs have shut down and nobody has started. */
export async function engineStates(context: OperationContext, owners: Owners): Promise<readonly StandingState[]> {
  const [transfers, vms] = await Promise.all([openTransfers(context), stoppedVms(context, owners)]);
  return [...transfers.map(transferState), ...vms];
}

/** @returns none where the engine knows no transfers */
async function openTransfers(context: OperationContext): Promise<readonly EngineImageTransfer[]> {
  try {
    const all = await context.engine().list('/imagetransfers', engineImageTransfer);
    return all.filter(({ phase }) => !phase.startsWith('finished_'));
  } catch (error) {
    if (error instanceof OperatorError && error.type === 'NotFound') return [];
    throw error;
  }
}

export function transferState({ id, phase, disk, image }: EngineImageTransfer): StandingState {
  const target = disk?.id ?? image?.id ?? id;
  return {
    owned: { kind: 'imageTransfer', target },
    since: `(${phase})`,
    // Somebody is uploading or downloading: nothing to report, as long as it goes on.
    ...(!phase.startsWith('paused_') && { atWork: true }),
    byHand: `cancel the transfer of disk ${target} in the Administration Portal (Storage, Disks, Upload or Download, Cancel)`,
  };
}

/** Only what runs say that they have shut down: a VM that is down is mostly meant to be. */
async function stoppedVms(context: OperationContext, { open, closed }: Owners): Promise<readonly StandingState[]> {
  const stopped = [...open, ...closed].map(({ owned }) => owned).filter(({ kind }) => kind === 'stoppedVm');
  if (stopped.length === 0) return [];
  const vms = await context.engine().list('/vms', engineVm);
  const down = [...new Set(stopped.map(({ target }) => target))].filter((target) =>
    vms.some(({ name, status }) => name === target && status === 'down'),
  );
  return down.map((target) => ({
    owned: { kind: 'stoppedVm', target },
    byHand: `run ${target} in the Administration Portal`,
  }));
}
