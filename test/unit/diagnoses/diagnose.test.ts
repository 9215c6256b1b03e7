import { describe, expect, it } from 'vitest';
import { diagnose, diagnoses } from '../../../diagnoses/index.ts';

const fatal = (message: string) =>
  `[ INFO  ] TASK [ovirt.hosted_engine_setup : some task]\n[ ERROR ] fatal: [localhost]: FAILED! => {"changed": false, "msg": "${message}"}\n[ ERROR ] Failed to execute stage 'Closing up': Failed executing ansible-playbook`;

/** Literal symptoms: article sections 2 and 3, hosted-engine setup 2.3 and its role. */
const symptoms: readonly (readonly [id: string, log: string])[] = [
  ['md-clear', 'error: unsupported configuration: unknown CPU feature: md-clear'],
  [
    'firewalld',
    fatal(
      'firewalld is required to be enabled and active in order to correctly deploy hosted-engine. Please check, fix accordingly and re-deploy.\\n',
    ),
  ],
  ['firewalld', fatal('firewalld.service is masked or not running')],
  ['engine-name', fatal('Unable to resolve address\\n')],
  ['engine-name', '[ ERROR ] Host name is not valid: ovirt.test.local did not resolve into an IP address'],
  ['engine-name-is-host', fatal('The he_fqdn proposed for the engine VM resolves on this host')],
  ['host-name', fatal("The resolved address doesn't resolve on the selected interface\\n")],
  [
    'host-name',
    fatal(
      "hostname 'host1.test.local' doesn't uniquely match the interface 'em1' selected for the management bridge; it matches also interface with IP",
    ),
  ],
  ['host-name', fatal('The address proposed for this host does not resolves locally')],
  [
    'dirty-lun',
    fatal('Fault reason is \\"Operation Failed\\". Fault detail is \\"[Error creating a storage domain]\\".'),
  ],
  ['dirty-lun', fatal('Physical device initialization failed')],
  [
    'memory',
    fatal('Available memory ( 3012MB ) is less then the minimal requirement (4096MB). Be aware that 512MB is reserved'),
  ],
  [
    'disk-space',
    fatal("/var/tmp doesn't provide enough free space to extract the engine appliance: 1024 Mb are available"),
  ],
  [
    'disk-space',
    fatal(
      'Error: the target storage domain contains only 40.0GiB of available space while a minimum of 58.0GiB is required',
    ),
  ],
  [
    'proxy',
    fatal(
      'Your system is configured to use a proxy, please add an exception for https://ovirt.test.local with no_proxy directive.',
    ),
  ],
  [
    'engine-address',
    fatal(
      "Engine VM IP address is 172.20.32.77 while the engine's he_fqdn ovirt.test.local resolves to 172.20.32.5. If you are using DHCP, check your DHCP reservation configuration",
    ),
  ],
  ['image-ticket-lost', 'Transfer was stopped by system. Reason: missing transfer image ticket.'],
  ['lost-link', 'POST /hosts/7/setupnetworks: Reverting back to last known saved configuration.'],
  [
    'missing-networks',
    "Host host3 does not comply with the cluster Default networks, the following networks are missing on host: 'net1'",
  ],
  ['engine-restarted', 'Installing Host host3. Stage: Package installation.\nStarting oVirt Engine.'],
  [
    'no-host-for-vm',
    'POST /vms/1/migrate: Cannot migrate VM. There is no host that satisfies current scheduling constraints. See below for details: The host host2 did not satisfy internal filter Memory because its available memory is too low (1024 MB) to run the VM.',
  ],
  ['no-host-for-vm', 'POST /vms/1/migrate: Cannot migrate VM. VM is pinned to Host.'],
  [
    'storage-unreachable',
    'Host host3 cannot access the Storage Domain(s) hosted_storage attached to the Data Center Datacenter1. Setting Host state to Non-Operational.',
  ],
  [
    'nfs-mount',
    fatal('Fault detail is \\"[Problem while trying to mount target]\\". [Error creating a storage domain]'),
  ],
  [
    'nfs-permissions',
    'POST /storagedomains: Permission settings on the specified path do not allow access to the storage.\nVerify permission settings on the specified storage path.',
  ],
  [
    'nfs-not-empty',
    'POST /storagedomains: Error in creating a Storage Domain. The selected storage path is not empty (probably contains another Storage Domain). Either remove the existing Storage Domain from this path, or change the Storage path).',
  ],
  ['iscsi-login', 'POST /hosts/7/iscsilogin: Failed to login to iSCSI node due to authorization failure'],
  ['iscsi-portal', 'POST /hosts/7/iscsilogin: Failed to setup iSCSI subsystem'],
];

/** What stands near the symptom without being it. */
const lookAlikes: readonly (readonly [what: string, log: string])[] = [
  ['another unknown CPU feature', 'error: unsupported configuration: unknown CPU feature: umip'],
  ['md-clear offered', "      <feature policy='require' name='md-clear'/>"],
  ['the firewalld check running', '[ INFO  ] TASK [ovirt.hosted_engine_setup : Fail if firewalld is masked]'],
  [
    'the warning about names known locally only',
    'Failed to resolve ovirt.test.local using DNS, it can be resolved only locally',
  ],
  ['the task that resolves', '[ INFO  ] TASK [ovirt.hosted_engine_setup : Get full hostname]'],
  ['a mount that is tried', 'Mounting NFS target nas.test.local:/exports/data at /rhev/data-center/mnt'],
  ['a session that is logged out', 'Logout of [sid: 1, target: iqn.2019-11.local.test:data] successful.'],
  ['the check of an export', '[ INFO  ] TASK [ovirt.hosted_engine_setup : Check that the path is empty]'],
  [
    'the task that checks memory',
    '[ INFO  ] TASK [ovirt.hosted_engine_setup : Check if memory size is at least 4096MB]',
  ],
  ['another full file system', 'IOError: [Errno 28] No space left on device'],
  ['a proxy named by yum', 'Error: Cannot retrieve metadata through proxy http://proxy.test.local:3128'],
  ['the engine VM found', '[ INFO  ] TASK [ovirt.hosted_engine_setup : Check engine VM IP address]'],
  [
    'the generic end of every failure',
    "[ ERROR ] Failed to execute stage 'Closing up': Failed executing ansible-playbook",
  ],
  ['an engine that stops', 'Stopping oVirt Engine.'],
  [
    'a domain that nobody reaches',
    "Storage Domain data (Data Center D) was deactivated by system because it's not visible by any of the hosts.",
  ],
  ['nothing at all', ''],
];

describe('diagnose', () => {
  it.each(symptoms)('recognises %s', (id, log) => {
    expect(diagnose(log)?.id).toBe(id);
  });

  it.each(lookAlikes)('does not take %s for a known failure', (_what, log) => {
    expect(diagnose(log)).toBeUndefined();
  });

  it('prefers the failure that a runbook can mend', () => {
    const log = [fatal('Physical device initialization failed'), symptoms[0]?.[1]].join('\n');
    expect(diagnose(log)?.id).toBe('md-clear');
  });

  it('has a literal symptom in this file for each diagnosis', () => {
    const covered = new Set(symptoms.map(([id]) => id));
    expect(diagnoses.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
  });

  it('gives each its own id, cause, fix and source', () => {
    expect(new Set(diagnoses.map(({ id }) => id)).size).toBe(diagnoses.length);
    for (const { cause, fix, source } of diagnoses) {
      expect(cause).toMatch(/\.$/);
      expect(fix).toMatch(/\.$/);
      expect(source).not.toBe('');
    }
  });
});
