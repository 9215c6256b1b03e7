import type { LabHost } from '../../types.ts';

/** The VM that carries the engine until its disk is copied to the shared storage. */
const NAME = 'HostedEngineLocal';
/** Where it sits on libvirt's own network. */
const ADDRESS = '192.168.222.45';
const HOSTS_TAG = '# temporary entry added by hosted-engine-setup for the bootstrap VM';

function dropEntry(host: LabHost): void {
  const before = host.fs.read('/etc/hosts');
  const after = before
    .split('\n')
    .filter((line) => !line.endsWith(HOSTS_TAG))
    .join('\n');
  if (after !== before) host.fs.write('/etc/hosts', after);
}

export const bootstrapVm = {
  name: NAME,
  address: ADDRESS,
  isRunning: (host: LabHost): boolean => host.libvirt.domains.get(NAME)?.state === 'running',
  addHostsEntry(host: LabHost, fqdn: string): void {
    dropEntry(host);
    // It stands first, so that it wins over the name's real address.
    host.fs.write('/etc/hosts', `${ADDRESS} ${fqdn} ${HOSTS_TAG}\n${host.fs.read('/etc/hosts')}`);
  },
  dropHostsEntry: dropEntry,
  /** Destroys it and its definition, wherever a run left it. */
  remove(host: LabHost): void {
    if (host.libvirt.domains.get(NAME)?.state === 'running') host.libvirt.stop(NAME, 'destroy');
    host.libvirt.domains.delete(NAME);
  },
  removeDirectories(host: LabHost): void {
    if (!host.fs.exists('/var/tmp')) return;
    for (const name of host.fs.list('/var/tmp')) {
      if (name.startsWith('localvm')) host.fs.remove(`/var/tmp/${name}`);
    }
  },
};
