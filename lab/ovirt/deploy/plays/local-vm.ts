import { randomLetters, uuid } from '../../ids.ts';
import { appliance } from '../../packages/appliance.ts';
import type { Block, Task } from '../ansible.ts';
import { changed, ok, skipped, TaskFailed } from '../ansible.ts';
import { bootstrapVm } from '../bootstrap-vm.ts';
import type { Deployment } from '../deployment.ts';
import { unforeseenFailure } from '../unforeseen.ts';

const FAILED =
  'The system may not be provisioned according to the playbook results: please check the logs for the issue, fix accordingly or re-deploy from scratch.\n';
const notify = (text: string): Task =>
  ok('Notify the user about a failure', 1, {
    run: () => {
      throw new TaskFailed(text);
    },
  });
export const notifyFailure = notify(FAILED);
export const notifyEngineFailure = notify(`There was a failure deploying the engine on the local engine VM. ${FAILED}`);

/** Removes what the bootstrap left on disk; the libvirt domain stays. */
export const cleanLocalVmDir: readonly Task[] = [
  changed('Remove local vm dir', 3, {
    run: (d) => {
      bootstrapVm.removeDirectories(d.host);
      releaseSpace(d);
    },
  }),
  changed('Remove temporary entry in /etc/hosts for the local VM', 1, {
    run: (d) => bootstrapVm.dropHostsEntry(d.host),
  }),
];

export const routingRules: readonly Task[] = [
  ok('Check IPv6'),
  changed('Get IPv4 route'),
  skipped('Get IPv6 route'),
  changed('Parse libvirt default network configuration'),
  ok('Edit libvirt default network configuration, change default address'),
  ok('Edit libvirt default network configuration, change DHCP start range'),
  ok('Edit libvirt default network configuration, change DHCP end range'),
  changed('Update libvirt default network configuration, destroy'),
  changed('Update libvirt default network configuration, undefine'),
  changed('Update libvirt default network configuration, define', 2, {
    run: (d) => {
      d.host.libvirt.networks.set('default', { name: 'default', bridge: 'virbr0', active: false, autostart: true });
    },
  }),
  changed('Activate default libvirt network', 2, {
    run: (d) => {
      const net = d.host.libvirt.networks.get('default');
      if (net) net.active = true;
      d.host.network.interfaces.set('virbr0', {
        name: 'virbr0',
        kind: 'bridge',
        mac: '52:54:00:5a:3c:01',
        mtu: 1500,
        up: true,
        carrier: true,
        addresses: [{ address: '192.168.222.1', prefix: 24 }],
      });
      d.ctx.changed(`libvirt default network on ${d.host.name}`);
    },
  }),
  changed('Get libvirt interfaces'),
  changed('Get routing rules, IPv4'),
  skipped('Get routing rules, IPv6'),
  ok('Save bridge name'),
  changed('Wait for the bridge to appear on the host', 3),
  ok('Refresh network facts', 3),
  ok((d) => `Fetch IPv4 CIDR for ${d.host.libvirt.networks.get('default')?.bridge ?? 'virbr0'}`, 1, {
    run: (d) => {
      // The role's address filters are Jinja filters of python-netaddr.
      if (!d.host.packages.has('python-netaddr')) {
        throw new TaskFailed('The ipaddr filter requires python-netaddr be installed on the ansible controller');
      }
    },
  }),
  skipped('Fetch IPv6 CIDR for virbr0'),
  changed('Add IPv4 outbound route rules', 1, { run: (d) => addRule(d, '101:\tfrom 192.168.222.0/24 lookup main') }),
  changed('Add IPv4 inbound route rules', 1, {
    run: (d) => addRule(d, '100:\tfrom all to 192.168.222.0/24 lookup main'),
  }),
  skipped('Add IPv6 outbound route rules'),
  skipped('Add IPv6 inbound route rules'),
];

/** Policy rules the setup adds; gone with the next boot. */
function addRule(d: Deployment, rule: string): void {
  const rules = (d.host.volatile.get('ip-rules') as string[] | undefined) ?? [];
  if (!rules.includes(rule)) d.host.volatile.set('ip-rules', [...rules, rule]);
}

function spaceFor(d: Deployment): { mount: string; size: number; used: number } | undefined {
  const fits = d.host.disks.filter((disk) => disk.mount === '/' || `/var/tmp/`.startsWith(`${disk.mount}/`));
  return fits.sort((a, b) => b.mount.length - a.mount.length)[0];
}

const EXTRACTED = 'hosted-engine-extracted-bytes';

function takeSpace(d: Deployment): void {
  const disk = spaceFor(d);
  if (!disk || d.host.kept.has(EXTRACTED)) return;
  disk.used += appliance.extractedBytes;
  d.host.kept.set(EXTRACTED, appliance.extractedBytes);
}

function releaseSpace(d: Deployment): void {
  const disk = spaceFor(d);
  if (disk && d.host.kept.delete(EXTRACTED)) disk.used -= appliance.extractedBytes;
}

async function installAppliance(d: Deployment): Promise<void> {
  if (d.host.packages.has(appliance.package)) return;
  const done = await d.ctx.run(['yum', '-y', 'install', appliance.package]);
  if (done.code === 0 && d.host.packages.has(appliance.package)) return;
  throw new TaskFailed(`No package matching '${appliance.package}' found available, installed or updated`, {
    attempts: 10,
    rc: 126,
    results: [`No package matching '${appliance.package}' found available, installed or updated`],
  });
}

/** virt-install: here an old libvirt meets a CPU feature that it has no name for, and forgotten pools stand in the way. */
function createDomain(d: Deployment): void {
  const { host } = d;
  const complain = (stderr: string): never => {
    const cmd = [
      'virt-install',
      '-n',
      bootstrapVm.name,
      '--os-variant',
      'rhel7',
      '--virt-type',
      'kvm',
      '--memory',
      d.text('VM/vmMemSizeMB'),
    ];
    throw new TaskFailed('non-zero return code', {
      changed: true,
      cmd: [...cmd, '--vcpus', d.text('VM/vmVCpus')],
      rc: 1,
      stderr,
      stderr_lines: stderr.split('\n'),
      stdout: 'Starting install...',
      stdout_lines: ['Starting install...'],
    });
  };
  if (!host.units.isActive('libvirtd.service')) complain('error: failed to connect to the hypervisor');
  const lost = [...host.libvirt.pools.values()].find((pool) => pool.active && !host.fs.exists(pool.target));
  if (lost) complain(`error: cannot open directory '${lost.target}': No such file or directory`);
  if (host.cpu.flags.includes('md_clear') && !host.libvirt.requiredFeatures().includes('md-clear')) {
    complain('error: unsupported configuration: unknown CPU feature: md-clear');
  }
  const memory = d.number('VM/vmMemSizeMB');
  host.libvirt.start({
    name: bootstrapVm.name,
    uuid: uuid(d.lab),
    persistent: true,
    memory: memory * 1024 * 1024,
    vcpus: d.number('VM/vmVCpus'),
    onStop: () => {
      host.memory.used -= memory * 1024 * 1024;
    },
  });
  host.memory.used += memory * 1024 * 1024;
  d.ctx.changed(`${bootstrapVm.name} created on ${host.name}`);
}

export const createLocalVm: Block = {
  tasks: [
    ok('Fetch the value of HOST_KEY_CHECKING'),
    ok('Get the username running the deploy'),
    changed('Register the engine FQDN as a host'),
    changed('Get host unique id'),
    changed('Create directory for local VM', 1, {
      run: (d) => {
        d.localVmDir = `/var/tmp/localvm${randomLetters(d.lab, 6)}`;
        d.host.fs.mkdir(d.localVmDir, { mode: 0o775, owner: 'vdsm', group: 'kvm' });
      },
    }),
    ok('Set local vm dir path'),
    changed('Fix local VM directory permission'),
    changed('Install ovirt-engine-appliance rpm', 20, {
      run: installAppliance,
      skip: (d) => d.text('VM/ovfArchive') !== '',
    }),
    changed('Parse appliance configuration for path'),
    changed('Parse appliance configuration for sha1sum'),
    ok('Get OVA path'),
    ok('Compute sha1sum', 15),
    { ...ok('Compare sha1sum', 0.4), skip: () => true },
    { ...ok('Register appliance PATH', 0.4), skip: (d) => d.text('VM/ovfArchive') === '' },
    changed('Check available space on local VM directory'),
    changed('Check appliance size'),
    {
      ...ok('Ensure we have enough space to extract the appliance', 0.4),
      skip: (d) => freeMb(d) >= appliance.neededMb,
      run: (d) => {
        throw new TaskFailed(
          `/var/tmp doesn't provide enough free space to extract the engine appliance: ${freeMb(d)} Mb are available while ${appliance.neededMb} Mb are required.`,
        );
      },
    },
    changed('Extract appliance to local VM directory', 75, { run: takeSpace }),
    ok('Find the local appliance image'),
    ok('Set local_vm_disk_path'),
    changed('Get appliance disk size'),
    ok('Parse qemu-img output'),
    ok('Hash the appliance root password'),
    changed('Create cloud init user-data and meta-data files', 2, { run: unforeseenFailure }),
    changed('Create ISO disk', 2, {
      run: (d) => d.host.fs.write(`${d.localVmDir ?? '/var/tmp/localvm'}/seed.iso`, 'seed', { mode: 0o600 }),
    }),
    changed('Create local VM', 8, { run: createDomain }),
    changed('Get local VM IP', 40, {
      run: (d) => {
        if (!bootstrapVm.isRunning(d.host))
          throw new TaskFailed('', { attempts: 90, changed: true, rc: 0, stdout: '' });
      },
    }),
    ok('Remove leftover entries in /etc/hosts for the local VM'),
    changed('Create an entry in /etc/hosts for the local VM', 1, {
      run: (d) => bootstrapVm.addHostsEntry(d.host, d.fqdn),
    }),
    ok('Wait for SSH to restart on the local VM', 35, {
      run: (d) => {
        if (!bootstrapVm.isRunning(d.host)) {
          throw new TaskFailed(`Timeout when waiting for search string OpenSSH in ${d.fqdn}:22`, { elapsed: 300 });
        }
      },
    }),
  ],
  rescue: [...cleanLocalVmDir, notifyFailure],
};

function freeMb(d: Deployment): number {
  const disk = spaceFor(d);
  return disk ? Math.floor((disk.size - disk.used) / 1024 / 1024) : 0;
}
