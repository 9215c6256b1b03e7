import type { Block, Task } from '../ansible.ts';
import { changed, ok, skipped } from '../ansible.ts';
import { cleanLocalVmDir, notifyEngineFailure } from './local-vm.ts';

const engine = { on: 'engine' } as const;

/** Copies the logs of the bootstrap engine to the host, while its VM is there. */
export const fetchLogs: readonly Task[] = [
  ok('Set destination directory path'),
  changed('Create destination directory', 1, {
    run: (d) =>
      d.host.fs.mkdir(`/var/log/ovirt-hosted-engine-setup/engine-logs-${d.host.date().toISOString().slice(0, 19)}Z`),
  }),
  ok('Find the local appliance image'),
  ok('Set local_vm_disk_path'),
  ok('Give the vm time to flush dirty buffers', 10),
  changed('Copy engine logs', 8),
];

const rescue: readonly Task[] = [...fetchLogs, ok('Get local VM dir path'), ...cleanLocalVmDir, notifyEngineFailure];

export const engineInitial: Block = {
  tasks: [
    ok('Wait for the local VM', 45, engine),
    changed('Add an entry for this host on /etc/hosts on the local VM', 2, engine),
    changed('Set FQDN', 2, engine),
    changed('Force the local VM FQDN to temporary resolve on the natted network address', 1, engine),
    skipped('Reconfigure IPv6 default gateway'),
    changed('Restore sshd reverse DNS lookups', 1, engine),
    changed('Add lines to answerfile', 1, engine),
    skipped('Import OpenSCAP task'),
    ok('Include before engine-setup custom tasks files for the engine VM'),
  ],
  rescue,
};

export const engineSetup: readonly Task[] = [
  ok('Gather facts on installed packages', 6, engine),
  skipped('Fail when firewall manager is not valid'),
  skipped('Install required packages for oVirt Engine deployment'),
  ok('Install oVirt Engine package', 12, engine),
  skipped('Update all packages'),
  changed('Copy custom engine-setup answer file', 3, engine),
  changed('Run engine-setup with answerfile', 200, engine),
  ok('Make sure `ovirt-engine` service is running', 3, engine),
  changed('Check if Engine health page is up', 12, engine),
  changed('Clean temporary files', 2, engine),
];

export const engineFinal: Block = {
  tasks: [
    ok('Include after engine-setup custom tasks files for the engine VM'),
    skipped('Wait for the engine to reach a stable condition'),
    skipped('Configure LibgfApi support'),
    changed('Save original OvfUpdateIntervalInMinutes', 3, engine),
    changed('Set OVF update interval to 1 minute', 3, engine),
    ok('Saving original value', 1, engine),
    changed('Adding new SSO_ALTERNATE_ENGINE_FQDNS line', 1, engine),
    changed('Restart ovirt-engine service for changed OVF Update configuration and LibgfApi support', 12, engine),
    changed('Mask cloud-init services to speed up future boot', 3, engine),
  ],
  rescue,
};
