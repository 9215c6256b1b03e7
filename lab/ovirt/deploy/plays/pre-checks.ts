import type { Task } from '../ansible.ts';
import { changed, fail, ok, skipped, TaskFailed } from '../ansible.ts';
import type { Deployment } from '../deployment.ts';
import { bridgeCandidates, defaultGateway } from '../names.ts';
import { memoryFailure } from '../sizing.ts';

const PROGRAM = 'ovirt-hosted-engine-setup';
const hasBridge = (d: Deployment): boolean => d.host.network.interfaces.has('ovirtmgmt');
const resolved = (d: Deployment): string | undefined => d.host.resolve(d.hostAddress)[0];
const nicAddresses = (d: Deployment): string[] => {
  const nic = d.host.network.interfaces.get(hasBridge(d) ? 'ovirtmgmt' : d.bridgeIf);
  return nic?.addresses.map((a) => a.address) ?? [];
};

/** The interfaces a bridge can be set on; also run alone, before the question for one. */
export const networkInterfaces: readonly Task[] = [
  { name: 'Detecting interface on existing management bridge', seconds: 0.5, result: 'ok', skip: (d) => !hasBridge(d) },
  ok('Get all active network interfaces', 2),
  ok('Filter bonds with bad naming'),
  ok('Generate output list'),
  changed('Collect interface types'),
  fail('Check for Team devices', () => undefined),
  ok('Get list of Team devices'),
  ok('Filter unsupported interface types'),
  fail('Failed if only teaming devices are availible', () => undefined),
  fail('Validate selected bridge interface if management bridge does not exist', (d) =>
    hasBridge(d) || !d.bridgeIf || bridgeCandidates(d.host).some((nic) => nic.name === d.bridgeIf)
      ? undefined
      : 'The selected network interface is not valid',
  ),
];

const names: readonly Task[] = [
  fail('Fail if he_force_ip4 and he_force_ip6 are set at the same time', (d) =>
    d.flag('NETWORK/forceIPv4', false) && d.flag('NETWORK/forceIPv6', false)
      ? 'he_force_ip4 and he_force_ip6 cannot be used at the same time'
      : undefined,
  ),
  ok('Prepare getent key'),
  changed('Get full hostname'),
  ok('Set hostname variable if not defined'),
  ok('Define host address variable if not defined'),
  changed('Get host address resolution'),
  fail('Check address resolution', (d) => (resolved(d) === undefined ? 'Unable to resolve address' : undefined)),
  ok('Parse host address resolution'),
  fail("Fail if host's ip is empty", () => undefined),
  fail('Avoid localhost', (d) =>
    ['localhost', 'localhost.localdomain'].includes(d.hostAddress) ? 'localhost is not a valid address' : undefined,
  ),
  fail('Ensure host address resolves locally', (d) =>
    d.host.network.addresses().includes(resolved(d) ?? '')
      ? undefined
      : 'The address proposed for this host does not resolves locally',
  ),
  changed('Get target address from selected interface (IPv4)'),
  changed('Get target address from selected interface (IPv6)'),
  fail('Check the resolved address resolves on the selected interface', (d) =>
    nicAddresses(d).includes(resolved(d) ?? '')
      ? undefined
      : "The resolved address doesn't resolve on the selected interface\n",
  ),
  changed('Check for alias'),
  ok('Filter resolved address list'),
  fail('Ensure the resolved address resolves only on the selected interface', (d) => {
    const others = d.host.resolve(d.hostAddress).filter((a) => a !== resolved(d) && !nicAddresses(d).includes(a));
    if (others.length === 0) return undefined;
    const list = others.map((a) => `u'${a}'`).join(', ');
    return `hostname '${d.hostAddress}' doesn't uniquely match the interface '${d.bridgeIf}' selected for the management bridge; it matches also interface with IP [${list}]. Please make sure that the hostname got from the interface for the management network resolves only there.`;
  }),
  fail('Avoid localhost', (d) =>
    ['localhost', 'localhost.localdomain'].includes(d.fqdn)
      ? 'localhost is not a valid he_fqdn for the engine VM'
      : undefined,
  ),
  changed('Get engine FQDN resolution'),
  fail('Check engine he_fqdn resolution', (d) =>
    d.host.resolve(d.fqdn).length === 0 ? 'Unable to resolve address\n' : undefined,
  ),
  ok('Parse engine he_fqdn resolution'),
  fail("Ensure engine he_fqdn doesn't resolve locally", (d) =>
    d.host.network.addresses().includes(d.host.resolve(d.fqdn)[0] ?? '')
      ? 'The he_fqdn proposed for the engine VM resolves on this host\n'
      : undefined,
  ),
  skipped('Check http/https proxy'),
];

const settings: readonly Task[] = [
  changed('Get uuid'),
  ok('Set he_vm_uuid'),
  changed('Get uuid'),
  ok('Set he_nic_uuid'),
  changed('Get uuid'),
  ok('Set he_cdrom_uuid'),
  changed('get timezone'),
  ok('Set he_time_zone'),
  fail('Fail if Data Center name format is incorrect', () => undefined),
  fail('Validate Cluster name', (d) =>
    d.text('ENGINE/datacenterName') !== 'Default' && d.text('ENGINE/clusterName') === 'Default'
      ? "Cluster name cannot be 'Default'. This is a reserved name for Default DataCenter. Please choose another name for the cluster"
      : undefined,
  ),
];

const isRunning = (d: Deployment, unit: string): boolean => d.host.units.isActive(unit);

const services: readonly Task[] = [
  ok('Check firewalld status', 2),
  fail('Enforce firewalld status', (d) =>
    isRunning(d, 'firewalld.service')
      ? undefined
      : 'firewalld is required to be enabled and active in order to correctly deploy hosted-engine. Please check, fix accordingly and re-deploy.\n',
  ),
  changed('Get default gateway IPv4'),
  skipped('Get default gateway IPv6'),
  ok('Set he_gateway'),
  fail('Fail if there is no gateway', (d) =>
    d.text('NETWORK/gateway') || defaultGateway(d.host) ? undefined : 'No default gateway is defined',
  ),
  skipped('Generate unicast MAC address'),
  fail('Fail if MAC address structure is incorrect', () => undefined),
  changed('Get free memory'),
  changed('Get cached memory'),
  ok('Set Max memory'),
  ok('set he_mem_size_MB to max available if not defined'),
  fail('Fail if available memory is less then the minimal requirement', memoryFailure),
  fail('Fail if he_disk_size_GB is smaller then the minimal requirement', () => undefined),
  fail('Fail if he_network_test is not valid', (d) =>
    ['dns', 'ping', 'tcp', 'none'].includes(d.text('NETWORK/network_test'))
      ? undefined
      : 'Invalid he_network_test defined',
  ),
  ok('Populate service facts', 3),
  fail('Fail if the service is masked or not running', (d) =>
    isRunning(d, 'firewalld.service') ? undefined : 'firewalld.service is masked or not running',
  ),
  changed('get max cpus'),
  ok('Set he_maxvcpus'),
  ok('Set he_vcpus to maximum amount if not defined'),
  fail('Check number of chosen CPUs', (d) =>
    d.number('VM/vmVCpus') > d.host.cpu.count
      ? `Invalid number of cpu specified: ${d.text('VM/vmVCpus')}, while only ${d.host.cpu.count} are available on the host`
      : undefined,
  ),
];

const packages: Task = ok('Install oVirt Hosted Engine packages', 6, {
  run: (d) => {
    if (!d.host.packages.has(PROGRAM)) throw new TaskFailed(`No package matching '${PROGRAM}' found available`);
  },
});

export const preChecks: readonly Task[] = [
  ok('Force facts gathering', 3),
  packages,
  ...networkInterfaces,
  ...names,
  ...settings,
  ...services,
];
