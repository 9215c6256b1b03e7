import type { Deployment } from './deployment.ts';
import { sameSubnet } from './names.ts';
import type { Question } from './question.ts';
import { yesNo } from './questions.ts';

/** The questions about the guest that becomes the engine: cloud-init, network, mail, passwords. */
const MAC = /^[a-fA-F0-9][02468aAcCeE](:[a-fA-F0-9]{2}){5}$/;

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
