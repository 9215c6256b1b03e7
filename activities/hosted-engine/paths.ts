/** Where the hosted-engine tools keep things on a host of oVirt 4.3. */
export const HOSTED_ENGINE_CONF = '/etc/ovirt-hosted-engine/hosted-engine.conf';
export const ANSWERS_DIRECTORY = '/var/lib/ovirt-hosted-engine-setup/answers';
/** Flags of local maintenance, left behind by the cleanup tool. */
export const HA_CONF = '/var/lib/ovirt-hosted-engine-ha/ha.conf';
/** The host's own certificate by that CA, with which the engine and other hosts talk to vdsm. */
export const VDSM_CERTIFICATE = '/etc/pki/vdsm/certs/vdsmcert.pem';
/** In memory, so that a reboot takes it away; there only while the deployment runs. */
export const SECRETS_FILE = '/run/ovirt-runbooks/hosted-engine-secrets.conf';
/** The libvirt domain that the engine runs in until its disk is copied to the LUN. */
export const BOOTSTRAP_VM = 'HostedEngineLocal';
/** vdsm puts the management interface below it. */
export const MANAGEMENT_BRIDGE = 'ovirtmgmt';
/** The bootstrap engine's web interface, forwarded by the host. */
export const BOOTSTRAP_PORT = '6900/tcp';
/** libvirt's network `default`, on which the bootstrap VM runs: the address that the deployment gives to its bridge. */
export const BOOTSTRAP_BRIDGE = { device: 'virbr0', address: '192.168.222.1' } as const;
/** Priorities of the `ip rule`s for the bootstrap network. */
export const BOOTSTRAP_RULES = [100, 101] as const;
/** Ends the line that the deployment puts into /etc/hosts. */
export const HOSTS_MARK = 'temporary entry added by hosted-engine-setup';

export function answersPath(fqdn: string): string {
  return `${ANSWERS_DIRECTORY}/ovirt-runbooks-${fqdn}.conf`;
}
