/** Hosts of a hosted engine as the HA operations see them: healthy, unless a test says otherwise. */

import type { UnitState } from '../../../activities/host/parse/systemctl.ts';
import type { HostStatus } from '../../../activities/host/parse/vm-status.ts';
import type { HaHost, HaSight } from '../../../activities/hosted-engine/ha/read-host.ts';
import { contextOf, inventoryWith } from './site.ts';

export const context = contextOf(inventoryWith({ hosts: [{ role: 'hostedEngine' }, { role: 'hostedEngine' }] }));

/** What a host tells of the hosted engine on which none was ever deployed. */
export const NO_ENGINE = {
  deployed: false,
  fqdn: '',
  storageDomain: '',
  secretsFile: false,
  bootstrapVm: false,
  bridge: false,
  running: [],
};

export const on: UnitState = { loaded: true, masked: false, active: true, enabled: true, words: 'active/running' };
export const down = (words: string): UnitState => ({ ...on, active: false, words });

/** The block of a host that runs a healthy engine VM. */
export function block(id: number, change: Partial<HostStatus> = {}): HostStatus {
  return {
    hostId: id,
    hostName: `host${id}.test.local`,
    live: true,
    vm: 'up',
    health: 'good',
    detail: 'Up',
    score: 3400,
    stopped: false,
    localMaintenance: false,
    state: 'EngineUp',
    ...change,
  };
}

/** The block of a host that does not run it. */
export function away(id: number, change: Partial<HostStatus> = {}): HostStatus {
  const reason = 'vm not running on this host';
  return block(id, { vm: 'down', health: 'bad', detail: 'unknown', reason, state: 'EngineDown', ...change });
}

const CONF = { fqdn: 'ovirt.test.local', vmid: '2a7875ac', sdUUID: 'e4edaa36', gateway: '172.20.32.32' };

interface SightWish extends Partial<Omit<HaSight, 'status' | 'units'>> {
  readonly units?: Readonly<Record<string, UnitState>>;
  /** Blocks that the host shows; null: it shows nothing. */
  readonly status?: readonly HostStatus[] | null;
  readonly globalMaintenance?: boolean;
}

/** What host1 sees: itself with the engine VM, and host2 without. */
export function sight({
  units,
  status = [block(1), away(2)],
  globalMaintenance = false,
  ...rest
}: SightWish = {}): HaSight {
  return {
    conf: { ...CONF, host_id: '1' },
    localMaintenance: false,
    units: { ...Object.fromEntries(context.profile.hostedEngine.services.map((service) => [service, on])), ...units },
    socket: true,
    vmConf: true,
    ...(status !== null && { status: { globalMaintenance, hosts: status } }),
    liveliness: 'Hosted Engine is up!',
    domain: 'running',
    guests: [],
    log: { penalties: [] },
    ...rest,
  };
}

export const host1 = (wish: SightWish = {}): HaHost => ({
  name: 'host1',
  fqdn: 'host1.test.local',
  sight: sight(wish),
});
export const host2 = (wish: SightWish = {}): HaHost => ({
  name: 'host2',
  fqdn: 'host2.test.local',
  sight: sight({ conf: { ...CONF, host_id: '2' }, domain: 'absent', ...wish }),
});
