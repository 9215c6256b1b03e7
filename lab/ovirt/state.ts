import { engineState } from '../engine/state.ts';
import type { Lab, LabHost } from '../types.ts';
import { hostedEngineConf, localMaintenance, vmId } from './conf.ts';
import { runningOn, vmRecord } from './engine-vm.ts';
import { agentRuntime } from './ha/runtime.ts';
import { anyStorage } from './storage.ts';

/** A host's HA fields in /state; absent agents have neither state nor score. */
export function haFields(host: LabHost): Record<string, unknown> {
  const runtime = agentRuntime(host);
  const running = runtime !== undefined && host.processes.get(runtime.pid)?.running === true;
  return {
    haState: running ? runtime.state : undefined,
    haScore: running ? runtime.score : undefined,
    localMaintenance: localMaintenance(host),
    hostedEngineDeployed: vmId(host) !== undefined,
    haHostId: Number(hostedEngineConf(host)?.get('host_id')) || undefined,
  };
}

/** The hosted engine and its engine as the whole lab's /state shows them. */
export function hostedEngineState(lab: Lab): Record<string, unknown> {
  const storage = anyStorage(lab);
  const running = runningOn(lab);
  const ending = [...lab.hosts.values()].find((host) => vmRecord(host));
  const where = running?.host ?? ending;
  const status = where ? (vmRecord(where)?.status ?? 'Down') : 'Down';
  return {
    hostedEngine: {
      deployed: [...lab.hosts.values()].some((host) => vmId(host) !== undefined),
      globalMaintenance: storage?.globalMaintenance ?? false,
      vm: { host: running?.host.name, state: status, health: running?.record.engine ? 'good' : 'bad' },
      storage: storage?.volumes.domain,
    },
    engine: engineState(lab),
  };
}
