import type { Inventory } from '../../inventory/schema.ts';
import type { AnswerFileParams } from './params.ts';
import { resolveWish } from './wish.ts';

/** Where an otopi answer file keeps what is asked; later files win. */
const SECTION = '[environment:default]';

/**
 * The answers of an unattended deployment on Fibre Channel: each key suppresses one question, and with no input a
 * question that is left over ends the deployment, the last of them after half an hour. Passwords are not among them.
 */
export function deploymentAnswers(params: AnswerFileParams, inventory: Inventory): Readonly<Record<string, string>> {
  const { fqdn, vcpus, memoryMiB, diskGiB, dataCenter, cluster, lun } = resolveWish(params, inventory);
  const { seen } = params;
  const { engine, notifications } = inventory;
  const smtp = notifications?.smtp;
  const dns = (engine.dns ?? seen.dnsServers).slice(0, 3);
  return {
    'OVEHOSTED_CORE/deployProceed': 'bool:True',
    // Neither terminal nor screen: the deployment runs as a systemd unit.
    'OVEHOSTED_CORE/screenProceed': 'bool:True',
    'OVEHOSTED_CORE/skipTTYCheck': 'bool:True',
    'OVEHOSTED_NETWORK/gateway': `str:${engine.gateway ?? seen.gateway}`,
    'OVEHOSTED_NETWORK/bridgeIf': `str:${seen.managementInterface}`,
    'OVEHOSTED_NETWORK/network_test': 'str:dns',
    'OVEHOSTED_NETWORK/host_name': `str:${seen.hostName}`,
    'OVEHOSTED_NETWORK/fqdn': `str:${fqdn}`,
    'OVEHOSTED_ENGINE/datacenterName': `str:${dataCenter}`,
    'OVEHOSTED_ENGINE/clusterName': `str:${cluster}`,
    // Present and empty: the appliance comes as a package.
    'OVEHOSTED_VM/ovfArchive': 'str:',
    'OVEHOSTED_VM/vmVCpus': `str:${vcpus}`,
    'OVEHOSTED_VM/vmMemSizeMB': `int:${memoryMiB}`,
    'OVEHOSTED_VM/vmMACAddr': `str:${seen.mac}`,
    'OVEHOSTED_VM/cloudinitInstanceHostName': `str:${fqdn}`,
    'OVEHOSTED_VM/cloudinitInstanceDomainName': `str:${fqdn.slice(fqdn.indexOf('.') + 1)}`,
    ...(engine.timeZone !== undefined && { 'OVEHOSTED_VM/cloudinitVMTZ': `str:${engine.timeZone}` }),
    'OVEHOSTED_VM/rootSshPubkey': 'str:',
    'OVEHOSTED_VM/rootSshAccess': 'str:yes',
    'OVEHOSTED_VM/applyOpenScapProfile': 'bool:False',
    // Without its prefix length, a static address crashes 4.3.
    'OVEHOSTED_VM/cloudinitVMStaticCIDR': engine.address === undefined ? 'bool:False' : `str:${engine.address}`,
    'OVEHOSTED_VM/cloudinitVMDNS':
      engine.address === undefined || dns.length === 0 ? 'bool:False' : `str:${dns.join(',')}`,
    'OVEHOSTED_VM/cloudinitVMETCHOSTS': 'bool:False',
    'OVEHOSTED_NOTIF/smtpServer': `str:${smtp?.server ?? 'localhost'}`,
    // As an int it breaks the deployment's own check.
    'OVEHOSTED_NOTIF/smtpPort': `str:${smtp?.port ?? 25}`,
    'OVEHOSTED_NOTIF/sourceEmail': `str:${smtp?.from ?? 'root@localhost'}`,
    'OVEHOSTED_NOTIF/destEmail': `str:${smtp?.to ?? 'root@localhost'}`,
    'OVEHOSTED_STORAGE/domainType': `str:${inventory.storage.hostedEngine.type}`,
    'OVEHOSTED_STORAGE/LunID': `str:${lun}`,
    'OVEHOSTED_STORAGE/imgSizeGB': `str:${diskGiB}`,
    ...params.answers,
  };
}

/** The passwords, in a file of their own that exists only while the deployment runs. */
export function secretAnswers(adminPassword: string, rootPassword: string): Readonly<Record<string, string>> {
  return {
    'OVEHOSTED_ENGINE/adminPassword': `str:${adminPassword}`,
    'OVEHOSTED_VM/cloudinitRootPwd': `str:${rootPassword}`,
  };
}

export function renderAnswers(answers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(answers).map(([key, value]) => `${key}=${value}`);
  return `${[SECTION, ...lines].join('\n')}\n`;
}

/** Why a password would reach the engine altered, or break the reading of the file; undefined when it is sound. */
export function passwordProblem(password: string, percentBreaks: boolean): string | undefined {
  if (password === '') return 'is empty';
  if (/[\r\n]/.test(password)) return 'holds a line break';
  if (/\p{Cc}/u.test(password)) return 'holds a control character';
  if (password !== password.trim()) return 'begins or ends with a blank';
  if (/\s;/.test(password)) return 'holds a blank followed by ";", which an answer file takes for a comment';
  if (percentBreaks && password.includes('%'))
    return 'holds "%", which an answer file of oVirt 4.3 takes for a reference';
  return undefined;
}
