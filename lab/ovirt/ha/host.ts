import type { LabHost } from '../../types.ts';
import { setConf } from '../conf.ts';
import { paths } from '../paths.ts';
import type { HostedStorage } from '../storage.ts';

const services = ['ovirt-ha-broker.service', 'ovirt-ha-agent.service'] as const;

/** Gives an installed host the shared configuration with its own host id, and starts the HA services. */
export async function joinHostedEngine(host: LabHost, storage: HostedStorage, hostId: number): Promise<void> {
  const shared = storage.archive.get('hosted-engine.conf');
  if (shared === undefined) throw new Error('the hosted engine has no configuration on its storage');
  host.fs.write(paths.conf, setConf(shared, 'host_id', String(hostId)), { mode: 0o644 });
  for (const unit of services) {
    host.units.enable(unit);
    await host.units.start(unit);
  }
}

/** Takes a host out again: services off, configuration gone. Its block in the shared metadata stays, as stopped. */
export async function leaveHostedEngine(host: LabHost): Promise<void> {
  for (const unit of [...services].reverse()) {
    if (host.units.status(unit).loadState !== 'loaded') continue;
    await host.units.stop(unit);
    host.units.disable(unit);
  }
  if (host.fs.exists(paths.conf)) host.fs.remove(paths.conf);
}
