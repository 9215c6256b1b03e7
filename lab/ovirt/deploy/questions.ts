import type { Deployment } from './deployment.ts';
import { bridgeCandidates, defaultGateway, nameComplaint, sameSubnet } from './names.ts';
import type { Question } from './question.ts';
import { cpuComplaint, memoryDefault, memoryFailure } from './sizing.ts';

/** The questions of 4.3, by the section of the dialog in which they come; asked in this order. */
const yesNo = ['Yes', 'No'] as const;
const MAC = /^[a-fA-F0-9][02468aAcCeE](:[a-fA-F0-9]{2}){5}$/;

export const proceed: Question = {
  name: 'DEPLOY_PROCEED',
  key: 'CORE/deployProceed',
  type: 'bool',
  valid: yesNo,
  initial: () => 'Yes',
  text: 'Continuing makes this host a hypervisor and creates a local VM with a running engine,\nwhich is then moved to the shared storage.\nAre you sure you want to continue? (@VALUES@)[@DEFAULT@]: ',
};

export const screenProceed: Question = {
  name: 'SCREEN_PROCEED',
  key: 'CORE/screenProceed',
  type: 'bool',
  valid: yesNo,
  initial: () => 'No',
  text: 'This program runs over SSH without screen: it breaks off if the connection does.\nDo you want to continue anyway? (@VALUES@)[@DEFAULT@]: ',
};

export const gateway: Question = {
  name: 'OVEHOSTED_GATEWAY',
  key: 'NETWORK/gateway',
  text: 'Please indicate the gateway IP address [@DEFAULT@]: ',
  initial: (d) => defaultGateway(d.host) ?? '',
};

export const bridge = (names: readonly string[]): Question => ({
  name: 'ovehosted_bridge_if',
  key: 'NETWORK/bridgeIf',
  text: 'Please indicate a nic to set ovirtmgmt bridge on: (@VALUES@) [@DEFAULT@]: ',
  valid: names,
  initial: (d) => {
    const active = bridgeCandidates(d.host).find((nic) => nic.addresses.some((a) => a.address === d.host.address));
    return active?.name ?? names[0] ?? '';
  },
});

export const networkTest: readonly Question[] = [
  {
    name: 'OVEHOSTED_NETWORK_TEST',
    key: 'NETWORK/network_test',
    text: 'Please specify which way the network connectivityshould be checked (@VALUES@) [@DEFAULT@]: ',
    valid: ['ping', 'dns', 'tcp', 'none'],
    initial: () => 'dns',
  },
  {
    name: 'OVEHOSTED_NETWORK_TEST_TCP_ADDRESS',
    key: 'NETWORK/network_test_tcp_address',
    text: 'Please specify the desired destination IP addressof the TCP connection test: ',
    when: (d) => d.text('NETWORK/network_test') === 'tcp',
  },
  {
    name: 'OVEHOSTED_NETWORK_TEST_TCP_PORT',
    key: 'NETWORK/network_test_tcp_port',
    text: 'Please specify the desired destination TCP portof the TCP connection test: ',
    when: (d) => d.text('NETWORK/network_test') === 'tcp',
  },
];

const objectName = (value: unknown): string | undefined =>
  /^[a-zA-Z0-9_-]+$/.test(String(value))
    ? undefined
    : "Data center name cannot be empty. It may only contain letters, numbers, '-' or '_'.";

export const virtualMachine: readonly Question[] = [
  {
    name: 'ovehosted_datacenter_name',
    key: 'ENGINE/datacenterName',
    text: 'Please enter the name of the datacenter where you want to deploy this hosted-engine host. [@DEFAULT@]: ',
    initial: () => 'Default',
    check: objectName,
  },
  {
    name: 'ovehosted_cluster_name',
    key: 'ENGINE/clusterName',
    text: 'Please enter the name of the cluster where you want to deploy this hosted-engine host. [@DEFAULT@]: ',
    initial: () => 'Default',
  },
  {
    name: 'ovehosted_renew_pki',
    key: 'CORE/renewPKIonRestore',
    text: 'Renew engine CA on restore if needed? (@VALUES@)[@DEFAULT@]: ',
    type: 'bool',
    valid: yesNo,
    initial: () => 'No',
    when: (d) => d.restoreFile !== undefined,
  },
  {
    name: 'ovehosted_pause_on_restore',
    key: 'CORE/pauseonRestore',
    text: 'Pause the execution after adding this host to the engine? (@VALUES@)[@DEFAULT@]: ',
    type: 'bool',
    valid: yesNo,
    initial: () => 'No',
    when: (d) => d.restoreFile !== undefined,
  },
  {
    name: 'OVEHOSTED_VMENV_OVF_ANSIBLE',
    key: 'VM/ovfArchive',
    text: 'Path of an OVA with a custom engine appliance\n(leave it empty to use the ovirt-engine-appliance rpm): ',
    initial: () => '',
    check: (value, d) =>
      value === '' || d.host.fs.exists(String(value))
        ? undefined
        : `The specified OVF archive is not readable. Please ensure that ${String(value)} could be read`,
  },
  {
    name: 'ovehosted_vmenv_cpu',
    key: 'VM/vmVCpus',
    text: 'Please specify the number of virtual CPUs for the VM (Defaults to appliance OVF value): [@DEFAULT@]: ',
    initial: () => '4',
    check: (value, d) => cpuComplaint(d, value),
  },
  {
    name: 'ovehosted_vmenv_mem',
    key: 'VM/vmMemSizeMB',
    text: 'Please specify the memory size of the VM in MB (Defaults to appliance OVF value): [@DEFAULT@]: ',
    type: 'int',
    initial: (d) => String(memoryDefault(d)),
    check: (value) =>
      Number.isInteger(Number(value)) && Number(value) > 0
        ? undefined
        : `Invalid memory size specified: ${String(value)}`,
  },
];

/** Comes only when the memory chosen is too little or more than there is. */
export const memoryProceed: Question = {
  name: 'MEMORY_PROCEED',
  key: 'CORE/memoryProceed',
  text: 'Continue with specified memory size? (@VALUES@)[@DEFAULT@]: ',
  type: 'bool',
  valid: yesNo,
  initial: () => 'No',
  when: (d) => memoryFailure(d) !== undefined,
};

export const engineName: Question = {
  name: 'CI_INSTANCE_HOSTNAME',
  key: 'VM/cloudinitInstanceHostName',
  text: 'Please provide the FQDN you would like to use for the engine.\nEngine VM FQDN:  []: ',
  check: (value, d) =>
    nameComplaint(
      d.host,
      String(value),
      { notLocal: 'Please input the hostname for the engine VM, not for this host.' },
      d.console,
    ),
};

/** A static address needs its prefix: without it 4.3 stumbles over itself. */
function cidrComplaint(d: Deployment, value: unknown): string | undefined {
  if (value === false || value === '' || value === null) return undefined;
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(String(value));
  if (!match?.[1] || !match[2]) return "local variable 'proposed_ip' referenced before assignment";
  const nic = d.host.network.interfaces.get('ovirtmgmt') ?? d.host.network.interfaces.get(d.bridgeIf);
  const own = nic?.addresses[0]?.address;
  const other = (elem: string, address: string): string =>
    `The Engine VM (${String(value)}) and ${elem} (${address}) will not be in the same IP subnet.\nStatic routing configuration are not supported on automatic VM configuration.\n`;
  if (own !== undefined && !sameSubnet(match[1], own, Number(match[2]))) return other('this host', own);
  const gate = d.text('NETWORK/gateway');
  if (gate && !sameSubnet(match[1], gate, Number(match[2]))) return other('the default gateway', gate);
  return undefined;
}

export const cloudInit: readonly Question[] = [
  {
    name: 'CI_INSTANCE_DOMAINNAME',
    key: 'VM/cloudinitInstanceDomainName',
    text: 'Please provide the domain name you would like to use for the engine appliance.\nEngine VM domain: [@DEFAULT@]',
    initial: (d) => d.fqdn.split('.').slice(1).join('.'),
  },
  {
    name: 'CI_ROOT_PASSWORD',
    key: 'VM/cloudinitRootPwd',
    text: 'Enter root password that will be used for the engine appliance: ',
    hidden: true,
    confirm: { name: 'CI_ROOT_PASSWORD', text: 'Confirm appliance root password: ' },
  },
  {
    name: 'CI_ROOT_SSH_PUBKEY',
    key: 'VM/rootSshPubkey',
    text: 'Enter ssh public key for the root user that will be used for the engine appliance (leave it empty to skip): ',
    initial: () => '',
  },
  {
    name: 'CI_ROOT_SSH_ACCESS',
    key: 'VM/rootSshAccess',
    text: 'Do you want to enable ssh access for the root user (@VALUES@) [@DEFAULT@]: ',
    valid: ['yes', 'no', 'without-password'],
    initial: () => 'yes',
  },
  {
    name: 'CI_APPLY_OPENSCAP_PROFILE',
    key: 'VM/applyOpenScapProfile',
    text: 'Do you want to apply a default OpenSCAP security profile (@VALUES@) [@DEFAULT@]: ',
    type: 'bool',
    valid: yesNo,
    initial: () => 'No',
  },
  {
    name: 'ovehosted_vmenv_mac',
    key: 'VM/vmMACAddr',
    text: 'You may specify a unicast MAC address for the VM or accept a randomly generated default [@DEFAULT@]: ',
    initial: (d) => randomMac(d),
    check: (value) =>
      MAC.test(String(value)) ? undefined : `Invalid unicast MAC address specified: '${String(value)}'`,
  },
  {
    name: 'CI_VM_STATIC_NETWORKING',
    key: 'VM/networking',
    text: 'How should the engine VM network be configured (@VALUES@)[@DEFAULT@]? ',
    valid: ['DHCP', 'Static'],
    initial: () => 'DHCP',
    settledBy: ['VM/cloudinitVMStaticCIDR'],
  },
  {
    name: 'CLOUDINIT_VM_STATIC_IP_ADDRESS',
    key: 'VM/cloudinitVMStaticCIDR',
    text: 'Please enter the IP address to be used for the engine VM [@DEFAULT@]: ',
    initial: (d) => d.host.resolve(d.fqdn)[0] ?? '',
    when: (d) => d.has('VM/cloudinitVMStaticCIDR') || d.text('VM/networking').toLowerCase() === 'static',
    check: (value, d) => cidrComplaint(d, value),
  },
  {
    name: 'CI_DNS',
    key: 'VM/cloudinitVMDNS',
    text: 'Please provide a comma-separated list (max 3) of IP addresses of domain name servers for the engine VM\nEngine VM DNS (leave it empty to skip) [@DEFAULT@]: ',
    initial: () => '',
    when: (d) => d.text('VM/cloudinitVMStaticCIDR') !== '',
  },
  {
    name: 'CI_VM_ETC_HOST',
    key: 'VM/cloudinitVMETCHOSTS',
    text: 'Add lines for the appliance itself and for this host to /etc/hosts on the engine VM?\n(@VALUES@)[@DEFAULT@] ',
    type: 'bool',
    valid: yesNo,
    initial: () => 'No',
  },
];

function randomMac(d: Deployment): string {
  const octet = (): string =>
    Math.floor(d.lab.random() * 256)
      .toString(16)
      .padStart(2, '0');
  return `00:16:3e:${octet()}:${octet()}:${octet()}`;
}

const invalid = (key: string): string => `Invalid input for environment value OVEHOSTED_NOTIF/${key}`;
const notification = (key: string, text: string, initial: string, pattern: RegExp): Question => ({
  name: `DIALOGOVEHOSTED_NOTIF/${key}`,
  key: `NOTIF/${key}`,
  text: `${text} [@DEFAULT@]: `,
  initial: () => initial,
  // The original matches text only: an int from an answer file breaks it.
  check: (value) =>
    typeof value !== 'string' ? 'expected string or buffer' : pattern.test(value) ? undefined : invalid(key),
});

export const engine: readonly Question[] = [
  notification(
    'smtpServer',
    'Please provide the name of the SMTP server through which we will send notifications',
    'localhost',
    /^[\w.-]+$/,
  ),
  notification('smtpPort', 'Please provide the TCP port number of the SMTP server', '25', /^\d+$/),
  notification(
    'sourceEmail',
    'Please provide the email address from which notifications will be sent',
    'root@localhost',
    /^[^@\s]+@[^@\s]+$/,
  ),
  notification(
    'destEmail',
    'Please provide a comma-separated list of email addresses which will get notifications',
    'root@localhost',
    /^[^@\s]+@[^@\s]+$/,
  ),
  {
    name: 'ENGINE_ADMIN_PASSWORD',
    key: 'ENGINE/adminPassword',
    text: 'Enter engine admin password: ',
    hidden: true,
    confirm: { name: 'ENGINE_ADMIN_PASSWORD', text: 'Confirm engine admin password: ' },
  },
  {
    name: 'OVEHOSTED_NETWORK_FQDN',
    key: 'NETWORK/fqdn',
    text: 'Please provide the FQDN for the engine you would like to use.\nEngine FQDN: ',
    settledBy: ['VM/cloudinitInstanceHostName'],
  },
];

export const hostName: Question = {
  name: 'OVESETUP_NETWORK_FQDN_first_HE',
  key: 'NETWORK/host_name',
  text: 'Please provide the hostname of this host on the management network [@DEFAULT@]: ',
  initial: (d) => d.host.network.hostname,
  check: (value, d) =>
    nameComplaint(
      d.host,
      String(value),
      { dns: true, localNonLoopback: true, reverse: d.flag('NETWORK/fqdnReverseValidation', false) },
      d.console,
    ),
};

export const storageType: Question = {
  name: 'OVEHOSTED_STORAGE_DOMAIN_TYPE',
  key: 'STORAGE/domainType',
  text: 'Please specify the storage you would like to use (@VALUES@)[@DEFAULT@]: ',
  valid: ['glusterfs', 'iscsi', 'fc', 'nfs'],
  initial: () => 'nfs',
};

export const diskSize: Question = {
  name: 'ovehosted_vmenv_image',
  key: 'STORAGE/imgSizeGB',
  text: 'Please specify the size of the VM disk in GiB: [@DEFAULT@]: ',
  initial: () => '51',
  check: (value) =>
    /^\d+$/.test(String(value)) && Number(value) >= 51 ? undefined : `Invalid size specified: ${String(value)}`,
};
