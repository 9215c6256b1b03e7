import { bridgeCandidates, defaultGateway, nameComplaint } from './names.ts';
import type { Question } from './question.ts';
import { cpuComplaint, memoryDefault, memoryFailure } from './sizing.ts';

/** The questions of 4.3, by the section of the dialog in which they come; asked in this order. */
export const yesNo = ['Yes', 'No'] as const;

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
