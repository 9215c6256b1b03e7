/** Network: firewall, interfaces, names, time, HTTP; sshd and the other services of a fresh host. */
import type { PackageBuild } from '../../types.ts';
import { daemon, unitFile } from '../daemon.ts';
import { timePackages } from './chrony.ts';
import { curl, ping } from './curl.ts';
import { firewallPackages } from './firewalld.ts';
import { ip } from './ip.ts';
import { dig, getent, hostCommand } from './names.ts';

/** A service that is only there: package, unit, description, program. */
function service(name: string, unit: string, description: string, program: string): PackageBuild {
  return {
    package: name,
    programs: { [program]: daemon(0.2) },
    units: { [`${unit}.service`]: unitFile(description, program) },
    enabledByPreset: [`${unit}.service`],
  };
}

export const networkPackages: readonly PackageBuild[] = [
  ...firewallPackages,
  ...timePackages,
  { package: 'iproute', programs: { '/usr/sbin/ip': ip } },
  { package: 'iputils', programs: { ping } },
  { package: 'glibc', programs: { getent } },
  { package: 'bind-utils', programs: { host: hostCommand, dig } },
  { package: 'curl', programs: { curl } },
  service('openssh-server', 'sshd', 'OpenSSH server daemon', '/usr/sbin/sshd'),
  service('NetworkManager', 'NetworkManager', 'Network Manager', '/usr/sbin/NetworkManager'),
  service('rsyslog', 'rsyslog', 'System Logging Service', '/usr/sbin/rsyslogd'),
  service('cronie', 'crond', 'Command Scheduler', '/usr/sbin/crond'),
  service('tuned', 'tuned', 'Dynamic System Tuning Daemon', '/usr/sbin/tuned'),
  service('audit', 'auditd', 'Security Auditing Service', '/sbin/auditd'),
];
