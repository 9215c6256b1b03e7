import { brokerConfText, hostedEngineConfText, vmConfText } from '../../files.ts';
import { engineServer } from '../../liveliness.ts';
import { appliance } from '../../packages/appliance.ts';
import { paths } from '../../paths.ts';
import type { Task } from '../ansible.ts';
import { changed, ok, skipped, TaskFailed } from '../ansible.ts';
import { bootstrapVm } from '../bootstrap-vm.ts';
import type { Deployment } from '../deployment.ts';
import { engineImage } from '../image.ts';
import { checkEngineHealth, retried } from './final-checks.ts';

const api = { on: 'api' } as const;

function shared(d: Deployment): {
  storage: NonNullable<Deployment['storage']>;
  volumes: NonNullable<Deployment['volumes']>;
} {
  if (!d.storage || !d.volumes) throw new TaskFailed('hosted_storage is not available');
  return { storage: d.storage, volumes: d.volumes };
}

async function startUnit(d: Deployment, unit: string): Promise<void> {
  d.host.units.enable(`${unit}.service`);
  try {
    await d.host.units.start(`${unit}.service`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TaskFailed(`Unable to start service ${unit}: ${why}`);
  }
  d.ctx.changed(`${unit} started on ${d.host.name}`);
}

export const finalTasks: readonly Task[] = [
  ok('Prepare getent key'),
  changed('Trigger hosted engine OVF update and enable the serial console', 3, api),
  ok('Wait until OVF update finishes', 50, api),
  ok('Parse OVF_STORE disk list'),
  changed('Check OVF_STORE volume status', 20),
  changed('Wait for OVF_STORE disk content', 8),
  changed('Prepare images', 6),
  ok('Fetch Hosted Engine configuration disk path'),
  ok('Fetch Hosted Engine virtio disk path'),
  ok('Fetch Hosted Engine virtio metadata path'),
  ok('Shutdown local VM', 3, { on: 'api' }),
  changed('Wait for local VM shutdown', 45, {
    run: (d) => {
      d.host.libvirt.stop(bootstrapVm.name, 'shutdown');
      d.ctx.changed(`${bootstrapVm.name} shut down on ${d.host.name}`);
    },
  }),
  ok('Undefine local VM', 2, { run: (d) => bootstrapVm.remove(d.host) }),
  changed('Update libvirt default network configuration, destroy', 2),
  changed('Update libvirt default network configuration, undefine', 2, {
    run: (d) => {
      d.host.libvirt.networks.delete('default');
      d.host.network.interfaces.delete('virbr0');
    },
  }),
  changed('Detect ovirt-hosted-engine-ha version', 2),
  ok('Set ha_version'),
  changed('Create configuration templates', 6),
  changed('Create configuration archive', 2),
  changed('Create ovirt-hosted-engine-ha run directory', 1, {
    run: (d) => d.host.fs.mkdir(paths.run, { mode: 0o755, owner: 'vdsm', group: 'kvm' }),
  }),
  changed('Copy configuration files to the right location on host', 4, {
    run: (d) => {
      const { volumes } = shared(d);
      d.host.fs.write(paths.conf, hostedEngineConfText(d, volumes, d.spmId), { mode: 0o644 });
      d.host.fs.write(paths.vmConf, vmConfText(d, volumes), { owner: 'vdsm', group: 'kvm' });
      d.host.fs.write(paths.brokerConf, brokerConfText(d), { owner: 'vdsm', group: 'kvm' });
      d.ctx.changed(`hosted-engine.conf on ${d.host.name}`);
    },
  }),
  changed('Copy configuration archive to storage', 3, {
    run: (d) => {
      const { storage, volumes } = shared(d);
      storage.archive.set('hosted-engine.conf', hostedEngineConfText(d, volumes, d.spmId));
      storage.archive.set('vm.conf', vmConfText(d, volumes));
      storage.archive.set('broker.conf', brokerConfText(d));
      storage.archive.set('version', '2.3.6\n');
    },
  }),
  changed('Initialize metadata volume', 3, {
    run: (d) => {
      const { storage } = shared(d);
      storage.blocks.clear();
      storage.globalMaintenance = false;
    },
  }),
  ok('Find the local appliance image'),
  ok('Set local_vm_disk_path'),
  {
    ...changed('Generate DHCP network configuration for the engine VM'),
    skip: (d) => d.text('VM/cloudinitVMStaticCIDR') !== '',
  },
  {
    ...changed('Generate static network configuration for the engine VM, IPv4'),
    skip: (d) => d.text('VM/cloudinitVMStaticCIDR') === '',
  },
  skipped('Generate static network configuration for the engine VM, IPv6'),
  changed('Inject network configuration with guestfish', 20),
  changed('Extract /etc/hosts from the Hosted Engine VM', 8),
  ok('Clean /etc/hosts for the Hosted Engine VM for Engine VM FQDN'),
  {
    ...changed('Add an entry on /etc/hosts for the Hosted Engine VM for the VM itself'),
    skip: (d) => !d.flag('VM/cloudinitVMETCHOSTS', false),
  },
  ok('Clean /etc/hosts for the Hosted Engine VM for host address'),
  changed('Inject /etc/hosts with guestfish', 8),
  changed('Copy local VM disk to shared storage', 150, {
    run: (d) => {
      const image = engineImage(d);
      shared(d).storage.image = image;
      d.lab.servers.set(image.address, engineServer(d.lab, image.address));
      d.ctx.changed('engine disk copied to the shared storage');
    },
  }),
  changed('Remove temporary entry in /etc/hosts for the local VM', 1, {
    run: (d) => bootstrapVm.dropHostsEntry(d.host),
  }),
  changed('Start ovirt-ha-broker service on the host', 6, { run: (d) => startUnit(d, 'ovirt-ha-broker') }),
  changed('Initialize lockspace volume', 4, {
    run: (d) => retried(d, 5, 10, ['hosted-engine', '--reinitialize-lockspace', '--force']),
  }),
  skipped('Workaround for ovirt-ha-broker start failures'),
  skipped('Initialize lockspace volume'),
  changed('Start ovirt-ha-agent service on the host', 4, { run: (d) => startUnit(d, 'ovirt-ha-agent') }),
  changed('Exit HE maintenance mode', 4, {
    run: (d) => retried(d, 3, 10, ['hosted-engine', '--set-maintenance', '--mode=none']),
  }),
  changed('Check engine VM health', 4, { run: checkEngineHealth }),
  skipped('Check VM status at virt level'),
  skipped('Fail if engine VM is not running'),
  skipped('Get target engine VM IP address'),
  skipped("Get VDSM's target engine VM stats"),
  skipped("Fail if Engine IP is different from engine's he_fqdn resolved IP"),
  skipped("Fail is for any other reason the engine didn't started"),
  changed('Get target engine VM address'),
  changed('Reconfigure OVN central address', 6),
  ok('Obtain SSO token using username/password credentials', 3),
  ok('Check for the local bootstrap VM', 3),
  changed('Make the engine aware that the external VM is stopped', 3),
  ok('Wait for the local bootstrap VM to be down at engine eyes', 25, {
    run: (d) => {
      // The engine reaches the host by name, from the same DNS.
      if (d.lab.dns.answering && d.lab.dns.forward.has(d.hostAddress)) return;
      throw new TaskFailed('', {
        attempts: 24,
        changed: false,
        ansible_facts: { ovirt_vms: [{ name: 'external-HostedEngineLocal', status: 'unknown' }] },
      });
    },
  }),
  changed('Remove bootstrap external VM from the engine', 3),
  changed('Remove ovirt-engine-appliance rpm', 10, {
    run: async (d) => {
      if (d.host.packages.has(appliance.package)) await d.ctx.run(['yum', '-y', 'remove', appliance.package]);
    },
  }),
  ok('Include custom tasks for after setup customization'),
];
