import type { LabHost } from '../../types.ts';
import { hostedEngineConf, vmId } from '../conf.ts';
import { paths } from '../paths.ts';
import { hostedStorage } from '../storage.ts';
import { agentRuntime } from './runtime.ts';

/** The hosted engine's part of a host's statistics, as vdsm gets it from the HA client. */
export interface HaStats {
  readonly configured: boolean;
  readonly active: boolean;
  readonly score: number;
  readonly globalMaintenance: boolean;
  readonly localMaintenance: boolean;
}

/** What vdsm tells about HA on a host; undefined when the host has no hosted engine configured. */
export function haStats(host: LabHost): HaStats | undefined {
  const hostId = Number(hostedEngineConf(host)?.get('host_id'));
  if (vmId(host) === undefined || !hostId) return undefined;
  const storage = host.fs.exists(paths.brokerSocket) ? hostedStorage(host) : undefined;
  const block = storage?.blocks.get(hostId);
  const runtime = agentRuntime(host);
  const running = runtime !== undefined && host.processes.get(runtime.pid)?.running === true;
  const active = running && block !== undefined && !block.stopped;
  return {
    configured: true,
    active,
    score: active ? block.score : 0,
    globalMaintenance: storage?.globalMaintenance ?? false,
    localMaintenance: block?.maintenance ?? false,
  };
}
