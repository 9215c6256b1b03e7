/** A host as the API shows it. */
import { kdumpDetectable } from '../../../ovirt/kdump.ts';
import { paths } from '../../../ovirt/paths.ts';
import type { LabHost } from '../../../types.ts';
import { cpuTypeOf } from '../database/cpu-types.ts';
import { spmStatus } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { powerOf } from '../database/fencing.ts';
import { vmsOn } from '../database/placement.ts';
import type { Call, Resource } from '../routing/call.ts';
import type { Entity } from '../wire/values.ts';

const numbers = (version: string): number[] => version.split('.').map(Number);

function vdsmVersion(machine: LabHost): Entity {
  const installed = machine.packages.get('vdsm');
  const [major = 4, minor = 30, build = 0] = numbers(installed?.version ?? '');
  const full = installed ? `vdsm-${installed.version}-${installed.release}` : '';
  return { major, minor, build, revision: 0, full_version: full };
}

function libvirtVersion(machine: LabHost): Entity {
  const installed = machine.packages.get('libvirt-daemon') ?? machine.packages.get('libvirt');
  const [major = 4, minor = 5, build = 0] = numbers(installed?.version ?? '');
  const full = installed ? `libvirt-${installed.version}-${installed.release}` : '';
  return { major, minor, build, revision: 0, full_version: full };
}

/** What vdsm has told about the machine; nothing before the host was installed once. */
function capabilities(machine: LabHost): Entity {
  return {
    auto_numa_status: 'enable',
    cpu: {
      name: machine.cpu.model,
      speed: machine.cpu.mhz,
      topology: { cores: machine.cpu.count, sockets: 1, threads: 1 },
      type: cpuTypeOf(machine),
    },
    device_passthrough: { enabled: false },
    hardware_information: {
      family: '',
      manufacturer: 'HPE',
      product_name: 'ProLiant DL360 Gen10',
      serial_number: `CZJ${machine.address.replaceAll('.', '').slice(-7)}`,
      supported_rng_sources: ['hwrng', 'random'],
      uuid: machine.fs.read('/etc/vdsm/vdsm.id').trim(),
      version: '',
    },
    iscsi: { initiator: `iqn.1994-05.com.redhat:${machine.name}` },
    libvirt_version: libvirtVersion(machine),
    max_scheduling_memory: Math.max(0, machine.memory.total - machine.memory.used - 321 * 1024 ** 2),
    memory: machine.memory.total,
    numa_supported: false,
    os: {
      custom_kernel_cmdline: '',
      reported_kernel_cmdline: '',
      type: 'RHEL',
      version: { major: 7, full_version: '7 - 7.1908.0.el7.centos' },
    },
    se_linux: { mode: machine.selinux.toLowerCase() },
    version: vdsmVersion(machine),
  };
}

function hostedEngine(call: Call, row: HostRow): Entity {
  if (!call.allContent) return {};
  const network = { network_operation_in_progress: row.networkBusy === true };
  if (!row.ha) return network;
  const { configured, active, score, globalMaintenance, localMaintenance } = row.ha;
  return {
    ...network,
    hosted_engine: {
      configured,
      active,
      score,
      global_maintenance: globalMaintenance,
      local_maintenance: localMaintenance,
    },
  };
}

export function hostResource(call: Call, row: HostRow): Resource {
  const { lab, db } = call;
  const machine = machineAt(lab, row.address);
  const installed = machine?.fs.exists('/etc/vdsm/vdsm.id') && machine.fs.exists(paths.vdsmcert);
  const power = powerOf(row);
  const vms = vmsOn(lab, db, row).length;
  const moving =
    [...db.vms.values()].filter((vm) => vm.hostId === row.id && vm.migratingTo !== undefined).length +
    (db.engineVmMigratingTo !== undefined && vms > 0 && db.engineVmMigratingTo !== row.id ? 1 : 0);
  return {
    ...hostReference(row),
    entity: {
      name: row.name,
      comment: row.comment,
      address: row.address,
      certificate: { organization: 'test.local', subject: `O=test.local,CN=${row.address}` },
      external_status: 'ok',
      kdump_status: machine && installed && kdumpDetectable(machine) ? 'enabled' : 'disabled',
      ksm: { enabled: false },
      port: 54321,
      power_management: {
        automatic_pm_enabled: power.automatic,
        enabled: power.enabled,
        kdump_detection: power.kdumpDetection,
        pm_proxies: power.proxies.map((type) => ({ type })),
      },
      protocol: 'stomp',
      spm: {
        priority: row.spmPriority,
        status: spmStatus(db, row),
      },
      ssh: { port: 22 },
      status: row.status,
      ...(row.statusDetail ? { status_detail: row.statusDetail } : {}),
      summary: { active: vms, migrating: moving, total: vms },
      transparent_huge_pages: { enabled: true },
      type: 'rhel',
      update_available: row.updateAvailable === true,
      vgpu_placement: 'consolidated',
      ...(machine && installed ? capabilities(machine) : {}),
      ...hostedEngine(call, row),
      cluster: { id: row.clusterId },
    },
  };
}

/** The host as actions mention it: its address in the API with links and actions, nothing of its state. */
export const hostReference = (row: HostRow): Resource => ({
  type: 'host',
  service: 'host',
  path: `/hosts/${row.id}`,
  entity: {},
});
