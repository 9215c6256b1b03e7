import type { Task } from '../ansible.ts';
import { changed, ok, TaskFailed } from '../ansible.ts';
import { bootstrapVm } from '../bootstrap-vm.ts';
import type { Deployment } from '../deployment.ts';

const domains = (d: Deployment): ReadonlyMap<string, { state: string }> => d.host.libvirt.domains;

/** Units that stop and are disabled, whether or not an engine runs behind them. */
const stopped = ['ovirt-ha-agent.service', 'ovirt-ha-broker.service', 'vdsmd.service'];

async function stopUnit(d: Deployment, unit: string): Promise<void> {
  const status = d.host.units.status(unit);
  if (status.loadState !== 'loaded') return;
  if (status.activeState !== 'inactive') await d.host.units.stop(unit);
  if (status.unitFileState === 'enabled') d.host.units.disable(unit);
}

async function startLibvirt(d: Deployment): Promise<void> {
  try {
    await d.host.units.start('libvirtd.service');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TaskFailed(`Unable to start service libvirtd: ${why.trim()}\n`);
  }
  if (!d.host.units.isActive('libvirtd.service')) {
    throw new TaskFailed(
      'Unable to start service libvirtd: Job for libvirtd.service failed because the control process exited with error code. See "systemctl status libvirtd.service" and "journalctl -xe" for details.\n',
    );
  }
}

export const initialClean: readonly Task[] = [
  changed('Stop libvirt service', 4, { run: (d) => d.host.units.stop('libvirtd.service') }),
  ok('Drop vdsm config statements', 6, {
    run: (d) => {
      d.host.libvirt.sasl = false;
    },
  }),
  ok('Restore initial abrt config files', 3),
  changed('Restart abrtd service', 2),
  ok('Drop libvirt sasl2 configuration by vdsm'),
  changed('Stop and disable services', 12, {
    run: async (d) => {
      for (const unit of stopped) await stopUnit(d, unit);
      d.ctx.changed(`HA and vdsm services stopped on ${d.host.name}`);
    },
  }),
  ok('Restore initial libvirt default network configuration', 3),
  changed('Start libvirt', 4, { run: startLibvirt }),
  changed('Check for leftover local Hosted Engine VM'),
  {
    ...changed('Destroy leftover local Hosted Engine VM', 3),
    skip: (d) => domains(d).get(bootstrapVm.name)?.state !== 'running',
    run: (d) => d.host.libvirt.stop(bootstrapVm.name, 'destroy'),
  },
  changed('Check for leftover defined local Hosted Engine VM'),
  {
    ...changed('Undefine leftover local engine VM', 2),
    skip: (d) => !domains(d).has(bootstrapVm.name),
    run: (d) => bootstrapVm.remove(d.host),
  },
  changed('Check for leftover defined Hosted Engine VM'),
  {
    ...changed('Undefine leftover engine VM', 2),
    skip: (d) => !domains(d).has('HostedEngine'),
    run: (d) => {
      const domain = d.host.libvirt.domains.get('HostedEngine');
      if (domain) domain.persistent = false;
    },
  },
  ok('Remove eventually entries for the local VM from known_hosts file'),
];
