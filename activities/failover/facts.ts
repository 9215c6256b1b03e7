import type { PowerStatus } from '../../connectors/engine/index.ts';
import { type EngineVm, engineVm } from '../../connectors/engine/model/vm.ts';
import { engineHosts, type HostView } from '../engine/hosts.ts';
import { readAll } from '../host/read-all.ts';
import { type HaHost, readHaHosts } from '../hosted-engine/ha/read-host.ts';
import { type LunState, lunReads, parseLun } from '../hosted-engine/lun.ts';
import type { OperationContext } from '../operation.ts';
import { GIB } from '../vm/wish.ts';

/** A host of the engine, and what its fence agents say of its power. */
export interface FailoverHost extends HostView {
  /** Absent where power management is off: nobody can ask. */
  readonly power?: PowerStatus;
}

export interface FailoverFacts {
  readonly vms: readonly EngineVm[];
  readonly hosts: readonly FailoverHost[];
  readonly ha: readonly HaHost[];
  /** The LUN of the engine VM as the hosts that can run it see it; of those that answer. */
  readonly luns: readonly { readonly host: string; readonly lun: LunState }[];
}

export async function lookAtFailover(context: OperationContext): Promise<FailoverFacts> {
  const engine = context.engine();
  const [vms, views, ha] = await Promise.all([
    engine.list('/vms', engineVm),
    engineHosts(context),
    readHaHosts(context),
  ]);
  const hosts = await Promise.all(
    views.map(async (host) =>
      host.power_management?.enabled === true ? { ...host, power: await engine.powerStatus(host.id) } : host,
    ),
  );
  const { lun: wwid } = context.inventory.storage.hostedEngine;
  const luns = await Promise.all(
    ha
      .filter(({ sight }) => sight !== undefined)
      .map(async ({ name: host }) => ({
        host,
        lun: parseLun(wwid, await readAll(context.host(host), lunReads(wwid))),
      })),
  );
  return { vms, hosts, ha, luns };
}

export const isHighlyAvailable = ({ high_availability: ha }: EngineVm): boolean => ha?.enabled === true;

/** VMs whose host is to fail for them to be restarted: they are somewhere, and not on their way down. */
export const runs = ({ status, host }: EngineVm): boolean => host !== undefined && status !== 'powering_down';

export const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
