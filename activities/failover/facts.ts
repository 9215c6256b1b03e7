import type { PowerStatus } from '../../connectors/engine/index.ts';
import { type EngineFenceAgent, engineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { type EngineVm, engineVm } from '../../connectors/engine/model/vm.ts';
import { engineHosts, type HostView } from '../engine/hosts.ts';
import { readAll } from '../host/read-all.ts';
import { fittestOthers } from '../hosted-engine/ha/fitness.ts';
import { type HaHost, readHaHosts } from '../hosted-engine/ha/read-host.ts';
import { enginePlace } from '../hosted-engine/ha/views.ts';
import { type LunState, lunReads, parseLun } from '../hosted-engine/lun.ts';
import type { OperationContext } from '../operation.ts';
import { askController } from '../power/controller.ts';
import { GIB } from '../vm/wish.ts';
import type { SurveyFailover } from './params.ts';

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
  /** What the controller of the host that runs the engine VM says to the hosts that could switch it, the fittest first. */
  readonly controller?: readonly { readonly from: string; readonly power: PowerStatus }[];
  /** The fence agents that the engine has of that host. */
  readonly agents?: readonly EngineFenceAgent[];
}

export async function lookAtFailover(context: OperationContext, { cut = [] }: SurveyFailover): Promise<FailoverFacts> {
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
  if (!cut.includes('engineVm')) return { vms, hosts, ha, luns };
  const [controller, agents] = await Promise.all([askStandbys(context, ha), agentsOf(context, views, ha)]);
  return { vms, hosts, ha, luns, agents, ...(controller && { controller }) };
}

async function agentsOf(
  context: OperationContext,
  views: readonly HostView[],
  ha: readonly HaHost[],
): Promise<readonly EngineFenceAgent[]> {
  const host = views.find(
    ({ inventoryName }) => inventoryName !== undefined && inventoryName === enginePlace(ha).runsOn,
  );
  return host === undefined ? [] : context.engine().list(`/hosts/${host.id}/fenceagents`, engineFenceAgent);
}

/** @returns undefined where the inventory does not describe the controller */
async function askStandbys(context: OperationContext, ha: readonly HaHost[]): Promise<FailoverFacts['controller']> {
  const { runsOn } = enginePlace(ha);
  const host = context.inventory.hosts.find(({ name }) => name === runsOn);
  if (host?.bmc === undefined) return undefined;
  const standbys = fittestOthers(host.name, ha);
  return Promise.all(standbys.map(async (from) => ({ from, power: await askController(context, from, host.name) })));
}

export const isHighlyAvailable = ({ high_availability: ha }: EngineVm): boolean => ha?.enabled === true;

/** VMs whose host is to fail for them to be restarted: they are somewhere, and not on their way down. */
export const runs = ({ status, host }: EngineVm): boolean => host !== undefined && status !== 'powering_down';

export const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
